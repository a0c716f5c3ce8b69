"""A batch in waves, so that each record knows what the one before it on the same uri has changed."""

from __future__ import annotations

from collections.abc import Iterable

from workers.plans import Found


def waves(found: Iterable[Found]) -> list[list[Found]]:
    """In their order; of one uri a wave has one record, or plain ones of one version: none can change what was told.

    Most batches are one wave.
    """
    made: list[list[Found]] = []
    plain: dict[str, int | None] = {}  # of each uri in the last wave, the version; None: not plain
    for each in found:
        uri, version = each.article.uri, each.article.version if each.is_plain else None
        if not made or (uri in plain and (version is None or plain[uri] != version)):
            made.append([])
            plain = {}
        plain[uri] = version
        made[-1].append(each)
    return made
