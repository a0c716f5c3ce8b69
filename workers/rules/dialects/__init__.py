"""Queries of other search tools: read, and written as watch rules, with what that changes of their meaning."""

from __future__ import annotations

from workers.rules.dialects.translate import DIALECTS, translate

__all__ = ["DIALECTS", "translate"]
