"""Alerts are put to their channels; those that another alert on their story hushes are told as held."""

from __future__ import annotations

from schemas.alert import Alert, AlertKind
from schemas.decision import Decision
from schemas.delivery import Notification
from schemas.envelope import Incoming, Outgoing
from schemas.reasons import RefusalReason
from schemas.silence import Inhibition, Matcher
from tests.unit.courier_world import NOON, alert, channel
from workers.dispatching import Dispatcher
from workers.errors import Refused
from workers.restraint import Inhibitions
from workers.restraint.hushes_memory import MemoryHushes
from workers.streams.outbox import MemoryOutbox

AT_MS = int(NOON.timestamp() * 1000)


class World:
    """A dispatcher on the twins in memory; rule `loud` hushes rule `quiet` on a story."""

    def __init__(self) -> None:
        self.outbox = MemoryOutbox()
        inhibitions = Inhibitions()
        loud, quiet = (Matcher(field="rule", value=name) for name in ("loud", "quiet"))
        inhibitions.put(Inhibition(id="hush", source=(loud,), target=(quiet,), author="ada", reason="a duplicate"))
        channels = {"desk": channel("a")}
        self.dispatcher = Dispatcher(
            self._read,
            channels.get,
            inhibitions,
            MemoryHushes(lambda: NOON),
            self.outbox,
            lambda *_: Outgoing("dead-letters", b"", b""),
        )

    @staticmethod
    def _read(value: bytes | None) -> Alert:
        if not value:
            raise Refused("empty", reason=RefusalReason.EMPTY)
        return Alert.model_validate_json(value)

    async def run(self, *alerts: Alert | None) -> None:
        """One batch; None is a record that cannot be read."""
        values = [each.model_dump_json().encode() if each else b"" for each in alerts]
        await self.dispatcher.run(
            [Incoming("alerts", 0, offset, AT_MS + offset, b"", value) for offset, value in enumerate(values)]
        )

    def held(self) -> dict[str, str | None]:
        """Why each notification is not sent, by its id."""
        records = (Notification.model_validate_json(each.value or b"") for each in self.outbox.topics["deliveries"])
        return {each.id: each.held for each in records}


async def test_an_alert_is_put_to_its_channel_under_the_channels_partition() -> None:
    world = World()
    await world.run(alert("1"))
    assert world.held() == {"al_1": None}
    assert [each.by for each in world.outbox.topics["deliveries"]] == [b"desk"]


async def test_an_alert_that_another_on_its_story_hushes_is_held_with_a_decision_whichever_comes_first() -> None:
    world = World()
    await world.run(alert("1", rule="quiet", story="s"), alert("2", rule="loud", story="s"))
    assert world.held() == {"al_1": "inhibited", "al_2": None}
    (decision,) = (Decision.model_validate_json(each.value or b"") for each in world.outbox.topics["decisions"])
    assert (decision.reason, decision.alert_id, decision.channel) == ("inhibited", "al_1", "desk")
    assert "hush by ada" in decision.detail


async def test_an_alert_of_another_story_is_not_hushed() -> None:
    world = World()
    await world.run(alert("1", rule="loud", story="s"), alert("2", rule="quiet", story="t"))
    assert world.held() == {"al_1": None, "al_2": None}


async def test_a_batch_that_is_read_again_writes_the_same_again() -> None:
    world = World()
    batch = alert("1", rule="quiet", story="s"), alert("2", rule="loud", story="s")
    await world.run(*batch)
    once = list(world.outbox.topics["deliveries"])
    await world.run(*batch)
    assert world.outbox.topics["deliveries"] == once * 2


async def test_what_cannot_be_read_is_a_dead_letter_and_holds_up_no_other() -> None:
    world = World()
    await world.run(None, alert("1"))
    assert len(world.outbox.topics["dead-letters"]) == 1
    assert world.held() == {"al_1": None}


async def test_what_a_retracted_alert_has_hushed_is_hushed_no_more() -> None:
    world = World()
    loud = alert("1", rule="loud", story="s")
    await world.run(loud, alert("2", rule="quiet", story="s"))
    await world.run(alert("1", AlertKind.RETRACTED, previous=loud.id, rule="loud", story="s"))
    await world.run(alert("3", rule="quiet", story="s"))
    assert world.held() == {"al_1": None, "al_2": "inhibited", "al_1_retracted": None, "al_3": None}
