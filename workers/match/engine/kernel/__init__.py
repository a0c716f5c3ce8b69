"""The compiled part of the engine: flat arrays, and the functions that work on them.

All of it is compiled, or read from where it is kept, when this is imported.
"""

from workers.match.engine.kernel import edits, entries, learning
from workers.match.engine.kernel.compiled import finished

finished()

__all__ = ["edits", "entries", "learning"]
