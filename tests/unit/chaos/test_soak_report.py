"""The slope of a soak is that of its later half."""

from __future__ import annotations

import pytest

from tests.chaos.soak_report import CLAIMS, FIGURES, STORIES, TOLD, Soak, kinds_of_keys, soak_text


def soak(values: list[float]) -> Soak:
    samples = [{"at_s": at * 100.0, "lag": value} for at, value in enumerate(values)]
    return Soak("2026-01-02", 1, 60, 1000, samples, [])


def test_what_grew_while_it_warmed_up_is_no_slope() -> None:
    trend = soak([0, 50, 90, 100, 100, 100, 100]).trend("lag")
    assert trend.per_hour == pytest.approx(0)
    assert (trend.middle, trend.last) == (100, 100)


def test_what_grows_on_is_told_an_hour() -> None:
    assert soak([0, 0, 0, 1, 2, 3]).trend("lag").per_hour == pytest.approx(36)


def test_one_sample_is_no_trend() -> None:
    with pytest.raises(ValueError, match="too few samples of lag"):
        soak([1]).trend("lag")
    with pytest.raises(ValueError, match="too few samples of redis MiB"):
        soak([1, 2]).trend("redis MiB")


def hour(**last: float) -> Soak:
    """A sample a minute; each figure at 100 until half-time, and then on a straight way to `last`."""
    samples = [
        {"at_s": at * 60.0, **{name: 100 + max(0, at - 30) / 30 * (last.get(name, 100) - 100) for name in FIGURES}}
        for at in range(61)
    ]
    return Soak("2026-01-02", 1, 60, 1000, samples, [])


@pytest.mark.parametrize(
    ("name", "may", "may_not"),
    [
        *(("memory 1 MiB", 102, 103), ("memory 2 MiB", 102, 103), ("descriptors 1", 102, 103), (TOLD, 104, 106)),
        *((CLAIMS, 120, 140), (STORIES, 120, 140), ("redis MiB", 108, 112)),
    ],
)
def test_what_grows_on_is_a_leak(name: str, may: float, may_not: float) -> None:
    assert hour(**{name: may}).leaks() == []
    (leak,) = hour(**{name: may_not}).leaks()
    assert leak.startswith(f"{name} gains ")


def test_the_lag_may_be_anything_at_the_end() -> None:
    assert hour(lag=500).leaks() == []


def test_keys_are_counted_by_their_kind() -> None:
    keys = [b"p.0a1b", b"{p.}a:01", b"{p.}i:20787:\xa8", b"p.told:whole", b"p.told:0a", b"p.told:0b"]
    assert kinds_of_keys(keys, "p.") == {CLAIMS: 1, STORIES: 2, TOLD: 3}


def test_the_page_tells_of_a_soak_only_where_there_was_one(tmp_path) -> None:  # type: ignore[no-untyped-def]
    import orjson

    assert soak_text(tmp_path) == ""
    samples = [{"at_s": at, **dict.fromkeys(FIGURES, 7.0)} for at in (0.0, 60.0, 120.0)]
    kept = {"date": "d", "seed": 1, "minutes": 60, "articles": 5, "samples": samples, "complaints": []}
    (tmp_path / "reliability-soak.json").write_bytes(orjson.dumps(kept))
    page = soak_text(tmp_path)
    assert "Nothing was lost" in page
    assert "else the run fails" in page
    for name in FIGURES:
        assert f"| {name} " in page
