"""Publishing checks the whole file first."""

from __future__ import annotations

import gzip
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import Self

import pytest

from schemas.envelope import Outgoing
from tests.unit.commands.conftest import Command
from workers.commands import publish

GOOD = '{"uri":"u:1","title":"x"}\n{"uri":"u:2","body":"y"}\n'
BAD = '{"uri":"u:1","title":"x"}\n\n{"uri":"u:2"}\nnope\n{"title":"no uri"}\n'


class Sink:
    """Stands in for Kafka."""

    def __init__(self) -> None:
        self.batches: list[list[Outgoing]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def send(self, messages: Sequence[Outgoing], sent: object) -> None:
        """Keep them."""
        self.batches.append(list(messages))

    @property
    def sent(self) -> list[tuple[bytes, bytes | None]]:
        """Keys and values, in order."""
        return [(message.key, message.value) for batch in self.batches for message in batch]


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Sink:
    """What would have gone to Kafka."""
    made = Sink()
    monkeypatch.setattr(publish, "kafka_of", lambda settings: made)
    return made


def written(folder: Path, text: str) -> Path:
    path = folder / "articles.jsonl"
    path.write_text(text)
    return path


def test_articles_go_out_as_they_are_keyed_by_uri(wirewatch: Command, sink: Sink, tmp_path: Path) -> None:
    done = wirewatch("publish", written(tmp_path, GOOD))
    assert (done.code, done.out, done.err) == (0, "2 articles on articles\n", "")
    assert sink.sent == [(b"u:1", b'{"uri":"u:1","title":"x"}'), (b"u:2", b'{"uri":"u:2","body":"y"}')]


def test_one_line_that_is_no_article_holds_the_whole_file_back(wirewatch: Command, sink: Sink, tmp_path: Path) -> None:
    path = written(tmp_path, BAD)
    done = wirewatch("publish", path)
    assert done.code == 1
    assert not sink.sent
    for line in (3, 4, 5):
        assert f"error: {path}:{line}: " in done.err
    assert f"{path}:1:" not in done.err
    assert "3 lines are no articles: nothing was sent" in done.err
    assert "--as-is" in done.err


def test_many_refusals_are_told_in_few_lines(wirewatch: Command, sink: Sink, tmp_path: Path) -> None:
    done = wirewatch("publish", written(tmp_path, "nope\n" * 1000))
    assert done.err.count("no JSON") == 20
    assert "and 980 more" in done.err


def test_as_is_sends_every_line_untouched(wirewatch: Command, sink: Sink, tmp_path: Path) -> None:
    done = wirewatch("publish", "--as-is", written(tmp_path, BAD))
    assert (done.code, done.out) == (0, "4 lines on articles\n")
    assert [key for key, _ in sink.sent] == [b"u:1", b"u:2", b"", b""]
    assert sink.sent[2] == (b"", b"nope")


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (b'{"uri":"u:1"}', b"u:1"),
        ('{"uri":"평양"}'.encode(), "평양".encode()),
        (b'{"uri":7}', b""),
        (b'["uri"]', b""),
        (b"\xff", b""),
    ],
)
def test_the_key_is_whatever_uri_there_is(value: bytes, key: bytes) -> None:
    assert publish.key_of(value) == key


def test_gzip_and_a_pipe_are_read_alike(wirewatch: Command, sink: Sink, tmp_path: Path) -> None:
    packed = tmp_path / "articles.gz"
    packed.write_bytes(gzip.compress(GOOD.encode()))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=lambda: pipe.write_text(GOOD))
    writer.start()
    assert wirewatch("publish", packed).code == 0
    assert wirewatch("publish", pipe).code == 0
    writer.join()
    assert [key for key, _ in sink.sent] == [b"u:1", b"u:2"] * 2


def test_batches_are_bounded_by_number_and_by_size(wirewatch: Command, sink: Sink, tmp_path: Path) -> None:
    large = '{"uri":"u","title":"%s"}\n' % ("x" * 3_000_000)
    assert wirewatch("publish", written(tmp_path, GOOD * 400 + large * 4)).code == 0
    assert [len(batch) for batch in sink.batches] == [500, 303, 1]


@pytest.mark.parametrize("name", ["none.jsonl", "."])
def test_a_file_that_cannot_be_read_is_told(name: str, wirewatch: Command, sink: Sink, tmp_path: Path) -> None:
    done = wirewatch("publish", tmp_path / name)
    assert done.code == 1
    assert "cannot be read" in done.err


def test_articles_of_standard_input_are_read_once_and_sent(wirewatch: Command, sink: Sink) -> None:
    reads, writes = os.pipe()
    os.write(writes, GOOD.encode())
    os.close(writes)
    before = os.dup(0)
    os.dup2(reads, 0)
    try:
        done = wirewatch("publish", "-")
    finally:
        os.dup2(before, 0)
        os.close(before)
        os.close(reads)
    assert (done.code, done.out) == (0, "2 articles on articles\n")
    assert [key for key, _ in sink.sent] == [b"u:1", b"u:2"]
