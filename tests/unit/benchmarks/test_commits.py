"""Commits as the broker keeps them."""

from __future__ import annotations

import struct

from tests.benchmarks.commits import commit_place


def key(version: int, *texts: str, partition: int | None = None) -> bytes:
    packed = struct.pack(">h", version) + b"".join(struct.pack(">h", len(each)) + each.encode() for each in texts)
    return packed if partition is None else packed + struct.pack(">i", partition)


def test_a_commit_names_its_group_topic_and_partition() -> None:
    assert commit_place(key(1, "bench.ours", "bench.articles", partition=3)) == ("bench.ours", "bench.articles", 3)


def test_what_the_broker_keeps_about_members_of_a_group_is_no_commit() -> None:
    assert commit_place(key(2, "bench.ours")) is None
