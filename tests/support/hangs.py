"""After how long a command that a test waits for has hung."""

# Seconds, far above what any takes: the demo took 300 while all of `make test-all` ran beside it.
TIMEOUT = 900
