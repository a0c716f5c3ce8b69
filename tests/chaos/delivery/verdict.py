"""The verdict of an independent reader: what came at the endpoints, against what stands on `alerts`.

What `deliveries` says is held against the receiver's own account as well.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.delivery.receiving import Came, Place
from tests.services.witness import Record

Pair = tuple[str, str, str]  # channel, endpoint, id of an alert
NOT_SENT = ("taken_back", "never_sent")  # reasons of a retraction that goes along with its alert
SUCCESS = range(200, 300)


@dataclass
class Verdict:
    """What is wrong, and what was repeated."""

    alerts: int = 0  # that tell something first
    retractions: int = 0
    pairs: int = 0  # of these alerts and the endpoints of their channels
    delivered: int = 0
    withdrawn: int = 0  # pairs whose alert and whose retraction came
    taken_back: int = 0  # pairs of which neither came, and the records say why
    lost: list[Pair] = field(default_factory=list)  # neither delivered nor taken back
    untold: list[Pair] = field(default_factory=list)  # the alert came, its retraction did not
    misled: list[Pair] = field(default_factory=list)  # the retraction came, its alert did not
    overtaken: list[Pair] = field(default_factory=list)  # the retraction came before its alert was accepted
    strange: list[Pair] = field(default_factory=list)  # came, and does not stand on `alerts` for that channel
    changed: list[str] = field(default_factory=list)  # ids that came with different bodies
    differing: list[Pair] = field(default_factory=list)  # `deliveries` says otherwise than the receiver
    repeats: int = 0  # accepted again


@dataclass
class _Arrivals:
    """Of one id at one endpoint: where in the order of all that came there."""

    first: int
    accepted: int | None = None
    times_accepted: int = 0


def judge(
    alerts: Iterable[Record],
    deliveries: Iterable[Record],
    account: Mapping[Place, Sequence[Came]],
    endpoints: Mapping[str, Sequence[str]],
) -> Verdict:
    """`endpoints` are those of each channel."""
    told: dict[str, dict[str, Any]] = {}
    for record in alerts:
        alert = json.loads(record.value)
        told[alert["id"]] = alert
    verdict = Verdict()
    came = _came(account, verdict)
    says = Says(deliveries)
    retractions = {alert["previous"]: alert_id for alert_id, alert in told.items() if alert["kind"] == "retracted"}
    verdict.retractions = len(retractions)
    for alert_id, alert in told.items():
        if alert["kind"] != "created":
            continue
        verdict.alerts += 1
        for channel in alert["channels"]:
            for endpoint in endpoints[channel]:
                _judge_pair(verdict, came, says, (channel, endpoint, alert_id), retractions.get(alert_id))
    expected = {
        (channel, endpoint, alert_id)
        for alert_id, alert in told.items()
        for channel in alert["channels"]
        for endpoint in endpoints[channel]
    }
    verdict.strange = sorted(came.keys() - expected)
    accepted = {pair for pair, arrivals in came.items() if arrivals.accepted is not None}
    verdict.differing = sorted(accepted ^ says.delivered) + sorted(accepted & says.undone)
    return verdict


def _judge_pair(
    verdict: Verdict, came: Mapping[Pair, _Arrivals], says: Says, pair: Pair, retraction_id: str | None
) -> None:
    verdict.pairs += 1
    arrivals = came.get(pair)
    is_there = arrivals is not None and arrivals.accepted is not None
    verdict.delivered += is_there
    if retraction_id is None:
        if not is_there:
            verdict.lost.append(pair)
        return
    withdrawal = (*pair[:2], retraction_id)
    behind = came.get(withdrawal)
    if arrivals is not None and arrivals.accepted is not None:
        if behind is None or behind.accepted is None:
            verdict.untold.append(withdrawal)
        elif behind.first < arrivals.accepted:
            verdict.overtaken.append(withdrawal)
        else:
            verdict.withdrawn += 1
    elif behind is not None:
        verdict.misled.append(withdrawal)
    elif says.held(pair) == "taken_back" and says.held(withdrawal) in NOT_SENT:
        verdict.taken_back += 1
    else:
        verdict.lost.append(pair)


def _came(account: Mapping[Place, Sequence[Came]], verdict: Verdict) -> dict[Pair, _Arrivals]:
    came: dict[Pair, _Arrivals] = {}
    bodies: dict[str, int] = {}
    changed: Counter[str] = Counter()
    for (channel, endpoint), lines in account.items():
        for at, line in enumerate(lines):
            changed[line.webhook_id] += bodies.setdefault(line.webhook_id, line.body) != line.body
            arrivals = came.setdefault((channel, endpoint, line.webhook_id), _Arrivals(at))
            if line.status in SUCCESS:
                arrivals.accepted = at if arrivals.accepted is None else arrivals.accepted
                arrivals.times_accepted += 1
    verdict.changed = sorted(each for each, count in changed.items() if count)
    verdict.repeats = sum(max(0, each.times_accepted - 1) for each in came.values())
    return came


def standing(records: Iterable[Record]) -> Iterator[Record]:
    """All but those of a worker whose epoch was over when they came, and the beginnings of epochs."""
    latest: dict[int, tuple[int, bytes]] = {}
    for record in records:
        epoch = dict(record.headers).get("epoch")
        if epoch is not None:
            number = int(epoch.split(b"/")[0])
            if number > latest.get(record.partition, (-1, b""))[0]:
                latest[record.partition] = number, epoch
            if latest[record.partition][1] != epoch:
                continue
        if record.value:
            yield record


class Says:
    """What stands on `deliveries`."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.delivered: set[Pair] = set()
        self._latest: dict[Pair, dict[str, Any]] = {}
        self._notifications: dict[tuple[str, str], dict[str, Any]] = {}
        for record in standing(records):
            row = json.loads(record.value)
            if row["record"] == "notification":
                self._notifications[row["channel"], row["id"]] = row
            elif row["record"] == "delivery":
                pair = (row["channel"], row["endpoint"], row["notification"])
                self._latest[pair] = row
                if row["state"] == "delivered":
                    self.delivered.add(pair)

    @property
    def undone(self) -> set[Pair]:
        """Whose last record is another than that it was delivered."""
        return {pair for pair in self.delivered if self._latest[pair]["state"] != "delivered"}

    def held(self, pair: Pair) -> str | None:
        """Why it was not sent there."""
        channel, _, alert_id = pair
        notification = self._notifications.get((channel, alert_id), {})
        reason: str | None = self._latest.get(pair, {}).get("reason") or notification.get("held")
        return reason
