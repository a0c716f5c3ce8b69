"""Which rules say yes, and why."""

from workers.match.account import account
from workers.match.engine.matcher import Matcher
from workers.match.evaluate import evaluate
from workers.match.explain import explain

__all__ = ["Matcher", "account", "evaluate", "explain"]
