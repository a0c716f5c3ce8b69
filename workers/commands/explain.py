"""`wirewatch explain`: why a rule says yes or no to an article, clause by clause."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from workers.commands.session import settings_of
from workers.commands.terminal import note, out, say_line

_BARE = re.compile(r"[\w.-]{1,100}")  # an id, or a query of one word

GivenArticle = Annotated[
    str, typer.Option(metavar="FILE[:LINE]|-", help="A JSON file, a line of a file of JSON Lines, or standard input.")
]


def explain(
    ctx: typer.Context,
    rule: Annotated[str, typer.Option(metavar="ID|QUERY", help="A rule's id in --rules; without --rules a query.")],
    article: GivenArticle,
    rules: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules: JSON Lines or YAML.")] = None,
    lists: Annotated[Path | None, typer.Option(metavar="FILE", help="Lists that the rule names as @name.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Why a rule says yes or no to an article; needs no Kafka.

    Shows each clause with its answer and where it stands, and for a rule that says no the smallest set of clauses that
    would have to be otherwise, underlined. NEAR that fails says how far apart its sides are. What does not decide is
    dim. The exit code is 0 whatever the answer.

    With --json: {"rule", "article", "answer", "clause": {"kind", "canonical", "answer", "apart", …, "clauses": […]},
    "failing": […], "wanted": {"leaves": […], …}}. Spans count characters of the query, occurrences those of the field.

    \b
    Examples:
      wirewatch explain --rule pact --rules rules.yaml --article articles.jsonl:3
      wirewatch explain --rule 'Russia AND NOT (sport OR film)' --article one.json
      wirewatch explain --rule pact --rules rules.yaml --article - --json < one.json | jq .wanted
    """
    settings = settings_of(ctx)
    from workers.commands.explained import explained
    from workers.commands.explained_json import json_of
    from workers.commands.subject import article_of, rule_of
    from workers.match import account

    asked = rule_of(rule, rules, lists)
    if rules is None and _BARE.fullmatch(rule):
        note(f"{rule} is taken as a query; to ask the rule of this id, say which file it is in: --rules FILE")
    given = article_of(article, settings.articles.max_bytes)
    found = account(asked.tree, given, asked.lists)
    if asked.idle:
        note(f"the rule is {asked.idle}: no article is matched against it")
    if json:
        say_line(json_of(asked, given, found))
    for line in () if json else explained(asked, given, found, out()):
        out().print(line)
