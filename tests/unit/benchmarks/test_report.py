"""The tables of the benchmarks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import pipeline, reuters
from tests.benchmarks.report import spread_text, table
from tests.benchmarks.spread import Spread


def test_a_table_is_aligned_and_markdown() -> None:
    assert table(["", "a/s"], [["ours", "1,200"], ["x", "7"]]).splitlines() == [
        "|      |   a/s |",
        "|:-----|------:|",
        "| ours | 1,200 |",
        "| x    |     7 |",
    ]


def test_a_spread_shows_its_median_first() -> None:
    assert spread_text(Spread(1000.4, 1500, 2000)) == "1,500 (1,000–2,000)"


def test_without_the_corpus_nothing_is_measured_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = tmp_path / "shared" / "corpora" / "reuters.jsonl.gz"
    monkeypatch.setattr(pipeline, "stories", lambda: reuters.stories(absent))
    assert pipeline.main(["--quick"]) == 0
    assert (
        capsys.readouterr().out == "skipped: there is no reuters.jsonl.gz in ../shared/corpora: nothing is measured\n"
    )
