"""Which rules say yes, and why."""

from workers.match.evaluate import evaluate
from workers.match.explain import explain
from workers.match.engine.matcher import Matcher

__all__ = ["Matcher", "evaluate", "explain"]
