"""What the benchmark of delivery makes of its runs."""

from __future__ import annotations

from tests.benchmarks.delivery import ALONE, BESIDE, OURS, PLAIN, Arguments, outcome, parser
from tests.benchmarks.delivery_isolation import BAD_WAYS, CHANNELS, channels
from tests.benchmarks.delivery_stand import Run
from tests.benchmarks.delivery_stock import alerts, urls
from tests.services.receiver_ways import WAYS


def test_ratios_are_those_of_each_round_and_the_middle_of_them() -> None:
    def runs(*rates: float) -> list[Run]:
        return [Run(per_s=rate, cpu_us=1e6 / rate, peak_bytes=1, measured_s=1) for rate in rates]

    told = outcome(
        {OURS: runs(50, 600, 80), PLAIN: runs(100, 1000, 100)},
        {ALONE: [[10.0], [20.0], [100.0]], BESIDE: [[11.0], [30.0], [120.0]]},
        parser().parse_args([], Arguments()),
    )
    medians = [round(ratio["median"], 3) for ratio in told["ratios"].values()]
    assert medians == [0.6, 0.6, 1.2]
    assert "0.60 (0.50–0.80)" in told["text"]


def test_those_that_misbehave_are_of_the_same_channels_as_the_healthy_ones() -> None:
    found = channels(urls("http://127.0.0.1:1", 50), [f"http://127.0.0.1:2/{way}" for way in BAD_WAYS])
    assert [each.id for each in found] == list(CHANNELS)
    assert [len(each.endpoints) for each in found] == [28, 27]
    assert all(any(":2/" in endpoint.url for endpoint in each.endpoints) for each in found)
    assert all(way.partition("/")[0] in WAYS for way in BAD_WAYS)


def test_alerts_are_of_a_usual_size_and_each_of_its_own_story() -> None:
    made = list(alerts(3, ["desk"]))
    assert len({each.story for each in made}) == len({each.id for each in made}) == 3
    assert all(1_000 < len(each.model_dump_json()) < 2_000 for each in made)
