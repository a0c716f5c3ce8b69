"""What a worker wrote after another had taken its partition over is as good as not there, to all who read it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from schemas.delivery import DeliveryState, Notification
from schemas.envelope import Headers, Incoming
from tests.unit.courier_world import NOON, alert, channel, world_of
from tests.unit.ledger.test_delivery_findings import deliver, outcome, town
from workers.commands.sendings import sendings_of
from workers.delivery import dispatch
from workers.earlier import earlier
from workers.epochs import HEADER, Epochs, borne, epoch_from
from workers.streams.archive import MemoryArchive

OLD, NEW = borne(epoch_from(3, "w1")), borne(epoch_from(9, "w2"))


def record(value: bytes | None, headers: Headers = (), offset: int = 0, partition: int = 0) -> Incoming:
    return Incoming("deliveries", partition, offset, 0, b"desk/x", value, headers)


@pytest.mark.parametrize(
    ("came", "stand"),
    [
        pytest.param([OLD, OLD, NEW, NEW], [True] * 4, id="in-their-order"),
        pytest.param([OLD, NEW, OLD, NEW], [True, True, False, True], id="overtaken"),
        pytest.param([(), NEW, (), OLD, ()], [True, True, True, False, True], id="what-bears-none-stands"),
        pytest.param([borne(b"9/w1"), NEW], [True, False], id="the-first-of-two-with-one-number"),
        pytest.param([NEW, borne(b"x/w1"), ((HEADER, None),), ((HEADER, b""),)], [True] * 4, id="no-epochs"),
        pytest.param([borne(b"0/w1"), borne(b"1/w2"), borne(b"0/w1")], [True, True, False], id="from-nothing-on"),
    ],
)
def test_what_bears_an_epoch_that_another_has_followed_does_not_stand(
    came: Sequence[Headers], stand: list[bool]
) -> None:
    epochs = Epochs()
    assert [epochs.stands(record(b"", headers)) for headers in came] == stand


def test_each_partition_has_its_own_epochs() -> None:
    epochs = Epochs()
    assert epochs.stands(record(None, NEW))
    assert epochs.stands(record(None, OLD, partition=1))


def overtaken() -> list[Incoming]:
    """An alert that was delivered, and what a worker that was frozen wrote of it behind that."""
    (sent,) = dispatch(alert("1"), NOON, "alerts/0/0", {"desk": channel("a")}.get)
    late = outcome("al_1", "a", DeliveryState.GIVEN_UP)
    values = (
        (sent.model_dump_json().encode(), ()),
        (None, OLD),
        (None, NEW),
        (outcome("al_1", "a").model_dump_json().encode(), ()),
        (late.model_dump_json().encode(), OLD),
    )
    return [record(value, headers, at) for at, (value, headers) in enumerate(values)]


def test_commands_do_not_tell_what_was_overtaken() -> None:
    archive = MemoryArchive()
    for each in overtaken():
        archive.put(each)
    (sending,) = sendings_of(archive, wanted=lambda each: each.value is not None)
    assert sending.at("a").state is DeliveryState.DELIVERED
    assert len(sending.deliveries["a"]) == 1


async def test_what_is_looked_up_of_earlier_alerts_is_not_what_was_overtaken() -> None:
    class Topics:
        async def since(self, topics: Sequence[str], time_ms: int) -> AsyncIterator[Sequence[Incoming]]:
            yield overtaken()

    found = await earlier(["al_1"], Topics(), world_of({}).read, lambda: None)
    assert [None if isinstance(each, Notification) else each.state for each in found] == [None, DeliveryState.DELIVERED]


def test_the_audit_does_not_count_what_was_overtaken() -> None:
    made = town()
    deliver(made, 0)
    deliver(made, 1)
    made.put("deliveries", "//epoch", None, headers=NEW)
    made.put("deliveries", "desk/al_7/a", outcome("al_7", "a").model_dump(mode="json"), headers=OLD)
    assert made.audit().balanced()
    made.put("deliveries", "desk/al_7/a", outcome("al_7", "a").model_dump(mode="json"), headers=NEW)
    assert not made.audit().balanced()
