"""An account as programs read it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from schemas.article import Article
from workers.commands.subject import AskedRule
from workers.match.clause import Account, Apart, Clause, Leaf
from workers.rules.language import render


def json_of(rule: AskedRule, article: Article, account: Account) -> dict[str, Any]:
    """The whole account. Places count characters: of the query as typed, and of the article's fields as published."""
    wanted = account.wanted
    return {
        "rule": {"id": rule.id, "query": rule.query, "canonical": render(rule.tree)},
        "article": {"uri": article.uri, "version": article.version},
        "answer": account.answer,
        "clause": _clause(account.clause),
        "failing": [_leaf(leaf) for leaf in account.failing],
        "failing_count": account.failing_count,
        "wanted": wanted and {**asdict(wanted), "leaves": [_leaf(leaf) for leaf in wanted.leaves]},
    }


def _clause(root: Clause) -> dict[str, Any]:
    row: dict[str, Any] = {}
    stack = [(root, row)]
    while stack:
        clause, row_of_it = stack.pop()
        under: list[dict[str, Any]] = [{} for _ in clause.clauses]
        stack += zip(clause.clauses, under, strict=True)
        row_of_it |= {
            "kind": clause.kind,
            "canonical": clause.canonical,
            "span": clause.span and clause.span._asdict(),
            "list": clause.list_name,
            "answer": clause.answer,
            "counted": clause.counted,
            "wanted": clause.wanted,
            "needed": clause.needed,
            "found": clause.found,
            "value": clause.value,
            "occurrences": [_named(asdict(each)) for each in clause.occurrences],
            "occurrences_count": clause.occurrences_count,
            "apart": clause.apart and _apart(clause.apart),
            "clauses": under,
            "others_true": clause.others_true,
            "others_false": clause.others_false,
        }
    return row


def _apart(apart: Apart) -> dict[str, Any]:
    return {**asdict(apart), "nearest": [_named(asdict(each)) for each in apart.nearest]}


def _leaf(leaf: Leaf) -> dict[str, Any]:
    return _named({**asdict(leaf), "spans": [span._asdict() for span in leaf.spans]})


def _named(row: dict[str, Any]) -> dict[str, Any]:
    row["list"] = row.pop("list_name")
    return row
