"""A batch in waves, so that each record knows what the one before it on the same uri has changed."""

from __future__ import annotations

from collections.abc import Iterable

from workers.planning import Found


def waves(found: Iterable[Found]) -> list[list[Found]]:
    """In their order; of one uri a wave has one record, or several plain ones, of which none can change what was told.

    Most batches are one wave.
    """
    made: list[list[Found]] = []
    plain: dict[str, bool] = {}  # of each uri in the last wave
    for each in found:
        uri = each.article.uri
        if not made or not (plain.get(uri, True) and (each.is_plain or uri not in plain)):
            made.append([])
            plain = {}
        plain[uri] = each.is_plain
        made[-1].append(each)
    return made
