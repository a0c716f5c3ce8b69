"""A rival: quix-streams reads the same articles with the same model and publishes as many records of the same size.

Nothing lies in between: no matching, no claims. It is what the broker, the parser and a fast client leave room for.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from quixstreams import Application

from workers import articles

ARTICLE_MAX_BYTES = 10 * 1024 * 1024


def accumulate(share: float) -> Callable[[], bool]:
    """True for `share` of the calls, spread evenly."""
    owed = 0.0

    def due() -> bool:
        nonlocal owed
        owed += share
        if owed < 1:
            return False
        owed -= 1
        return True

    return due


def main() -> None:
    """Run until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("bootstrap", "group", "source"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--target", action="append", required=True, help="each gets every output")
    parser.add_argument("--share", type=float, required=True, help="outputs a target for each article")
    parser.add_argument("--size-bytes", type=int, required=True, help="of an output's value and headers")
    parser.add_argument("--commit-every", type=int, required=True)
    wanted = parser.parse_args()
    app = Application(
        broker_address=wanted.bootstrap,
        consumer_group=wanted.group,
        auto_offset_reset="earliest",
        commit_every=wanted.commit_every,
        commit_interval=3600,
        auto_create_topics=False,
        loglevel="WARNING",
    )
    value = b"x" * wanted.size_bytes
    due = accumulate(wanted.share)

    def parse(content: Any) -> bytes | None:
        articles.read(content, ARTICLE_MAX_BYTES)
        return value if due() else None

    frame = app.dataframe(app.topic(wanted.source, value_deserializer="bytes")).apply(parse)
    frame = frame.filter(lambda output: output is not None)
    for name in wanted.target:
        frame = frame.to_topic(app.topic(name, value_serializer="bytes"))
    app.run()


if __name__ == "__main__":
    main()
