"""One process of the AWS provider for all Terraform commands of a worker, as the provider's debug mode offers it.

Otherwise each command, and each `run` of `terraform test`, starts a provider of its own and checks its checksum: half
to two thirds of what it costs. Terraform and the provider are the genuine ones, and so is all that they say; what a
running provider repeats comes from a forwarder in front of it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from scripts.terraform_provider import Provider
from tests.support.hangs import TIMEOUT

VARIABLE = "TF_REATTACH_PROVIDERS"
FORWARDER = pathlib.Path(__file__).with_name("provider_forwarder.py")
# Ends both with the worker, however that ends.
LEASH = ("setpriv", "--pdeathsig", "KILL")
Warm = Callable[[Provider], Provider]


@contextlib.contextmanager
def warm_providers(environment: Mapping[str, str], reads: pathlib.Path | None = None) -> Iterator[Warm]:
    """Give what keeps providers running, in the folder of a configuration whose files they read."""
    with tempfile.TemporaryDirectory(prefix="tfbridge-") as folder:
        providers = _WarmProviders(pathlib.Path(folder), environment, reads)
        try:
            yield providers.warm
        finally:
            providers.stop()


class _WarmProviders:
    """The processes, one for each provider that was asked for, which share an environment."""

    def __init__(self, folder: pathlib.Path, environment: Mapping[str, str], reads: pathlib.Path | None) -> None:
        self._folder = folder
        self._reads = reads
        # Where its socket is: one that is killed leaves it.
        self._environment = {"HOME": str(folder), "TMPDIR": str(folder), **environment}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._known: dict[str, Provider] = {}

    def warm(self, provider: Provider) -> Provider:
        """Return the provider with what makes Terraform use its process; as it is where none can be had."""
        if provider.executable is None or not shutil.which(LEASH[0]):
            return provider
        if provider.version not in self._known:
            self._known[provider.version] = dataclasses.replace(
                provider, environment={**provider.environment, VARIABLE: self._start(provider)}
            )
        return self._known[provider.version]

    def stop(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.kill()
            process.wait()

    def _start(self, provider: Provider) -> str:
        command = [provider.executable, "-debug"]
        said = self._run(provider.version, command, provider.environment, rf"{VARIABLE}='(.*)'")
        (running,) = json.loads(said[1]).values()
        path = str(self._folder / provider.version)
        forwarder = [sys.executable, FORWARDER, running["Addr"]["String"], path]
        self._run(f"{provider.version}-forwarder", forwarder, {}, re.escape(path))
        # The provider names Terraform's registry, also where OpenTofu asks.
        return json.dumps({provider.address: {**running, "Addr": {**running["Addr"], "String": path}}})

    def _run(
        self, name: str, command: Sequence[str | pathlib.Path], environment: Mapping[str, str], ready: str
    ) -> re.Match[str]:
        """Start a process, and return what it says when it is ready."""
        log = self._folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*LEASH, *command],
                cwd=self._reads,
                env={**self._environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._processes.append(process)
        deadline = time.monotonic() + TIMEOUT
        while not (said := re.search(ready, log.read_text())):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        return said
