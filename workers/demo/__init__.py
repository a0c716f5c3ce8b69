"""The whole of it on this machine: an embedded broker and store, a real match worker, sample news."""

from workers.demo.run import Means, Script, run

__all__ = ["Means", "Script", "run"]
