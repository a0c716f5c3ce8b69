"""Which rules say yes, and why."""

from workers.match.account import account
from workers.match.evaluate import evaluate
from workers.match.explain import explain
from workers.match.index import Matcher

__all__ = ["Matcher", "account", "evaluate", "explain"]
