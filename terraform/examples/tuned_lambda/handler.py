"""The function: counts the words of a text."""


def handle(event, _context):
    """Return how often each word occurs."""
    words = event.get("text", "").split()
    return {word: words.count(word) for word in set(words)}
