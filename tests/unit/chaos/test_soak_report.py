"""The slope of a soak is that of its later half, and what grows there by more than it may fails it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import orjson
import pytest

from tests.chaos.soak_report import CLAIMS, FIGURES, JSON, LIMITED, STORIES, TOLD, Soak, kinds_of_keys, soak_text

FLAT: Mapping[str, float] = dict.fromkeys(FIGURES, 100.0)


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


def hour(minutes: float = 60, complaints: tuple[str, ...] = (), **changes: Callable[[float], float]) -> Soak:
    """A sample a minute; all stands still at 100 but what changes with the hours."""
    samples = []
    for minute in range(int(minutes) + 1):
        jitter = 1.0 if minute % 2 else -1.0
        changed = {name: value(minute / 60) for name, value in changes.items()}
        samples.append({"at_s": minute * 60.0, **{name: value + jitter for name, value in {**FLAT, **changed}.items()}})
    return Soak("2026-01-02", 1, minutes, 1000, samples, list(complaints))


def growing(per_hour: float) -> Callable[[float], float]:
    return lambda hours: 100.0 + per_hour * (hours - 0.75)  # 100 in the mean of the later half


def test_what_stands_still_or_shrinks_is_no_complaint() -> None:
    assert hour().all_complaints() == []
    assert hour(**dict.fromkeys(LIMITED, growing(-50))).all_complaints() == []


@pytest.mark.parametrize("name", LIMITED)
def test_what_grows_by_more_than_it_may_fails_the_soak(name: str) -> None:
    most = 40 if name.startswith("memory") else 2 if name.startswith("descriptors") else 5  # of 100
    assert hour(**{name: growing(most * 0.8)}).all_complaints() == []
    (complaint,) = hour(**{name: growing(most * 1.2)}).all_complaints()
    assert complaint.startswith(f"{name} grew by ")
    assert complaint.endswith(f" an hour, and may by {most:.1f}")


def test_the_lag_may_be_what_it_is_at_the_end() -> None:
    assert hour(lag=growing(1_000)).all_complaints() == []


def test_what_fills_in_the_first_half_is_no_leak() -> None:
    assert hour(**{"memory 1 MiB": lambda hours: min(hours, 0.5) * 500}).all_complaints() == []


def test_a_short_soak_is_not_judged_by_slopes_of_minutes(tmp_path: Path) -> None:
    short = hour(29, **{"memory 1 MiB": growing(500)})
    assert short.all_complaints() == []
    assert "too short to judge what grows" in page_of(short, tmp_path)


def test_what_was_found_amiss_in_the_run_is_told_besides() -> None:
    told = hour(60, ("lost: 1",), **{"redis MiB": growing(50)}).all_complaints()
    assert told[0] == "lost: 1"
    assert told[1].startswith("redis MiB grew by ")
    assert len(told) == 2


def page_of(soak: Soak, folder: Path) -> str:
    (folder / JSON).write_bytes(orjson.dumps(asdict(soak)))
    return soak_text(folder)


def test_keys_are_counted_by_their_kind() -> None:
    keys = [b"p.0a1b", b"{p.}a:01", b"{p.}i:20787:\xa8", b"p.told:whole", b"p.told:0a", b"p.told:0b"]
    assert kinds_of_keys(keys, "p.") == {CLAIMS: 1, STORIES: 2, TOLD: 3}


def test_the_page_tells_of_a_soak_only_where_there_was_one(tmp_path: Path) -> None:
    assert soak_text(tmp_path) == ""
    page = page_of(hour(), tmp_path)
    assert "Nothing was lost, wrong or out of order, and nothing grew by more than it may." in page
    assert "the memory of each worker may grow by 40 MiB an hour, its descriptors by 2" in page
    for name in FIGURES:
        assert f"| {name} " in page


def test_the_page_judges_the_samples_anew(tmp_path: Path) -> None:
    """Of a run from before there were limits too."""
    page = page_of(hour(**{"memory 2 MiB": growing(70)}), tmp_path)
    assert "**It failed**: memory 2 MiB grew by 70" in page
    assert "Nothing was lost" not in page
