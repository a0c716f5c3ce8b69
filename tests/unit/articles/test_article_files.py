"""Article files: lines as they are, with their numbers."""

from __future__ import annotations

import gzip
import os
import threading
from pathlib import Path

import pytest

from workers.articles import read_articles
from workers.errors import Refused


def test_blank_lines_line_ends_and_the_byte_order_mark_are_left_out_and_numbers_stay_true(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a":1}\r\n\r\n  \n{"a":2}\n\xff poison\nlast')
    assert list(read_articles(path)) == [(1, b'{"a":1}'), (4, b'{"a":2}'), (5, b"\xff poison"), (6, b"last")]


def test_gzip_is_known_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(gzip.compress(b"one\ntwo\n"))
    assert list(read_articles(path)) == [(1, b"one"), (2, b"two")]


def test_an_empty_file_has_no_articles(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b"")
    assert list(read_articles(path)) == []


def test_a_pipe_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"one\ntwo\n",))
    writer.start()
    assert [line for _, line in read_articles(path)] == [b"one", b"two"]
    writer.join()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(None, "No such file", id="missing"),
        pytest.param(
            gzip.compress(b"".join(b"%d\n" % (n * n) for n in range(3000)))[:3000], "cannot be read", id="gzip cut off"
        ),
        pytest.param(gzip.compress(b"one\n" * 50)[:-8] + b"\0" * 8, "cannot be read", id="gzip with a wrong checksum"),
        pytest.param(b"\x1f\x8bnot gzip", "cannot be read", id="no gzip at all"),
        pytest.param(b"short\n" + b"x" * 101 + b"\n", ":2: the line has more than 100 bytes", id="long line"),
        pytest.param(
            gzip.compress(b"x" * 1_000_000), ":1: the line has more than 100 bytes", id="gzip that inflates hugely"
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "articles.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        list(read_articles(path, line_max_bytes=100))
    assert str(path) in caught.value.message
    assert told in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'[{"uri":"u:1"},{"uri":"u:2"}]', id="on one line"),
        pytest.param(b'\xef\xbb\xbf\r\n [\r\n  {"uri":"u:1"}\r\n]', id="printed"),
        pytest.param(b'[ {"uri":"u:1"},\n {"uri":"u:2"}]\n', id="begun on the first line"),
        pytest.param(gzip.compress(b'[{"uri":"u:1"}]'), id="gzip"),
    ],
)
def test_an_array_is_refused_with_the_way_to_make_lines_of_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "articles.json"
    path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        list(read_articles(path))
    assert caught.value.message == f"{path}: is one JSON array, and must be JSON Lines: one object a line"
    assert "jq -c '.[]'" in caught.value.hint


@pytest.mark.parametrize("content", [b'[1,2]\n{"uri":"u:1"}', b'{"uri":"u:1"}\n[{"uri":"u:2"}]'], ids=["1", "2"])
def test_a_line_that_is_an_array_is_a_line_like_any_other(tmp_path: Path, content: bytes) -> None:
    """Poison is published as it is."""
    path = tmp_path / "articles.jsonl"
    path.write_bytes(content)
    assert [line for _, line in read_articles(path)] == content.split(b"\n")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Is a directory"):
        list(read_articles(tmp_path))


def test_a_line_as_long_as_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b"x" * 100 + b"\r\n" + b"y" * 100)
    assert list(read_articles(path, line_max_bytes=100)) == [(1, b"x" * 100), (2, b"y" * 100)]
