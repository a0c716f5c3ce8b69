"""The watch-rule language: text to tree and back."""

from __future__ import annotations

from workers.rules.language.lists import expand, lists_of
from workers.rules.language.parse import check_list, parse
from workers.rules.language.refusal import RuleError
from workers.rules.language.render import render

__all__ = ["RuleError", "check_list", "expand", "lists_of", "parse", "render"]
