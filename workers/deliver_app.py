"""THE WIRING of `wirewatch run deliver`: rooms, doors and settings become a worker."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError

from config.settings import Settings
from schemas import Alert
from schemas.channel import Endpoint
from schemas.delivery import Attempt, DeliveryRecord, Notification
from schemas.envelope import Incoming, Outgoing
from schemas.reasons import RefusalReason
from workers.courier import Courier, World
from workers.dedup.claims_redis import connect, ping
from workers.delivery import Answer, Composed, Schedule, SendLimits
from workers.delivery.send_apprise import AppriseSender
from workers.delivery.send_http import HttpSender
from workers.dispatching import Dispatcher
from workers.earlier import earlier
from workers.errors import Refused
from workers.failpoint import failpoint
from workers.garbage import look_rarely
from workers.guidance import Guidance
from workers.health import Missing
from workers.letters import bury
from workers.options_of import options_of, policy_of, seal_of
from workers.outlets import Terms
from workers.posting import Post, Step, Wires
from workers.records import read
from workers.restraint.hushes_redis import RedisHushes
from workers.sending import Sending
from workers.streams.batches import Until, Work
from workers.streams.deliver_worker import deliver_app
from workers.streams.match_worker import App
from workers.streams.outbox_kafka import KafkaOutbox
from workers.streams.owner import Estate
from workers.streams.past import Past
from workers.streams.watchdog import Progress
from workers.vitals import Vitals

log = structlog.get_logger("wirewatch.deliver")

T = TypeVar("T")


RECORD_MAX_BYTES = 16 * 1024 * 1024
_RECORDS: TypeAdapter[DeliveryRecord] = TypeAdapter(DeliveryRecord)


def _now() -> datetime:
    return datetime.now(UTC)


def _record(value: bytes | None) -> DeliveryRecord:
    try:
        return _RECORDS.validate_json(value or b"")
    except ValidationError as exc:
        raise Refused(
            f"no record of deliveries: {exc.error_count()} errors", reason=RefusalReason.WRONG_FIELD
        ) from None


async def _at_once(do: Callable[[], Awaitable[T]]) -> T:
    return await do()


class DeliverParts:
    """Everything a deliver worker is made of, wired."""

    def __init__(self, settings: Settings, vitals: Vitals) -> None:
        deliver = settings.deliver
        self.settings = settings
        self.options = replace(options_of(settings), group=deliver.group)
        self.metrics = vitals.metrics
        self.health = vitals.health
        vitals.sizes = lambda: {"channels": len(self.guidance.channels)}
        self.redis = connect(settings.redis, settings.redis_claims.socket_timeout_s)
        self.outbox = KafkaOutbox(self.options)
        self.progress = Progress()
        self.guidance = guidance = Guidance(RECORD_MAX_BYTES)
        self.couriers: dict[int, Courier] = {}
        self.until_available: Until = _at_once
        self.holds: Callable[[], bool] = lambda: False  # known when the app is made
        self.passed = failpoint(deliver.failpoint, Step)
        wires = Wires(self._send, self._publish, _now, self._tried, self.passed, self._holds)
        self.post = Post(wires, deliver.at_once)
        hushes = RedisHushes(self.redis, settings.redis_claims.key_prefix)
        self.dispatcher = Dispatcher(
            self._read_alert, guidance.channels.get, guidance.inhibitions, hushes, self.outbox, self._buried
        )
        delays_s = tuple(map(float, deliver.retry_delays_s.split(",")))
        self._world = World(
            terms=Terms(
                schedule=Schedule(delays_s, deliver.retry_jitter),
                patience_s=deliver.disable_after_h * 3600,
                queue_max=deliver.queue_max,
                remember_max=deliver.remember_max,
            ),
            silences=guidance.silences,
            channel_of=guidance.channels.get,
            chance=random.random,
            read=_record,
            refused=self._refused,
        )
        self._sending: Sending | None = None  # needs the loop
        self._asking = asyncio.Event()
        self._tells_attempts = settings.log_level == "DEBUG"  # to find that out from the log costs more than to send

    async def keep(self, records: Sequence[Incoming]) -> None:
        """Records of `channels`, `silences` and `inhibitions`; one that cannot be read changes nothing."""
        changed: dict[str, None] = {}
        for record in records:
            try:
                if (channel_id := self.guidance.keep(record)) is not None:
                    changed[channel_id] = None
            except Refused as why:
                self._refused(record, why)
        for courier in self.couriers.values():
            for channel_id in changed:
                courier.change(channel_id, _now())
        self.post.stir()

    async def loaded(self) -> None:
        """The compacted topics are read to their ends."""
        deliver, policy = self.settings.deliver, policy_of(self.settings)
        self._sending = Sending(
            HttpSender(policy, Path(deliver.ca_file) if deliver.ca_file else None),
            AppriseSender(policy, frozenset(each for each in deliver.apprise_schemas.split(",") if each)),
            seal_of(self.settings),
            SendLimits(deliver.connect_s, deliver.first_byte_s, deliver.total_s),
            Composed(deliver.source),
            _now,
        )
        look_rarely()

    async def dispatch(self, records: Sequence[Incoming]) -> Callable[[], None]:
        """Put a batch of alerts to their channels."""
        await self.dispatcher.run(records)
        self.passed(Step.DISPATCHED)
        return lambda: self.metrics.dispatched.inc(len(records))

    def _read_alert(self, value: bytes | None) -> Alert:
        return read(Alert, "alert", value or b"", RECORD_MAX_BYTES)

    def _buried(self, record: Incoming, why: Refused) -> Outgoing:
        letter = bury(record, why, self.settings.match.dead_letter_max_bytes)
        self.metrics.letters.labels(record.topic, why.reason).inc()
        return Outgoing("dead-letters", record.position.encode(), letter.model_dump_json().encode())

    def _refused(self, record: Incoming, why: Refused) -> None:
        log.error("passed over", record=record.position, reason=why.reason, error=why.message, hint=why.hint)
        self.metrics.letters.labels(record.topic, why.reason).inc()

    def estate(self) -> Estate:
        """What is done with partitions of `deliveries`."""
        return Estate(
            opened=self._open,
            read=self._read,
            live=self._take_over,
            closed=self._close,
            lowest=lambda partition: self.couriers[partition].lowest(_now()),
        )

    def _open(self, partition: int) -> None:
        self.couriers[partition] = courier = Courier(self._world, partition, secrets.token_hex(4))
        self.post.open(partition, courier)

    def _read(self, partition: int, records: Sequence[Incoming]) -> None:
        courier = self.couriers[partition]
        was_live = courier.is_live
        courier.apply(records, _now())
        if courier.is_live and not was_live:
            log.info("takes up", partition=partition, waiting=len(courier))
        elif was_live and not courier.is_live:
            log.warning("another worker has taken over, before the group has said so", partition=partition)
        self._stir()

    def _take_over(self, partition: int, end: int) -> None:
        self.couriers[partition].take_over(end)
        self._stir()

    def _stir(self) -> None:
        self.post.stir()
        self.metrics.pending.set(sum(map(len, self.couriers.values())))
        if any(courier.asking() for courier in self.couriers.values()):
            self._asking.set()

    async def _close(self, partitions: Sequence[int], patience_s: float) -> None:
        await asyncio.gather(*(self.post.close(partition, patience_s * 0.8) for partition in partitions))
        try:
            async with asyncio.timeout(patience_s * 0.2):
                await self.post.all_written()
        except TimeoutError:
            log.warning("not all outcomes could be written: some attempts are made again, under the same ids")

    async def run(self) -> None:
        """Send, and look up what is asked for, until the worker ends."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.post.run())
            group.create_task(self._look_up())

    async def _look_up(self) -> None:
        """What became of alerts of long ago that something follows on now."""
        while True:
            await self._asking.wait()
            self._asking.clear()
            asking = {courier: asked for courier in self.couriers.values() if (asked := courier.asking())}
            wanted = frozenset(alert for asked in asking.values() for alerts in asked.values() for alert in alerts)
            if not wanted:
                continue
            log.info("looks up who got earlier alerts", alerts=len(wanted))
            look = partial(earlier, wanted, Past(self.options), _record, self.progress.made)
            found = await self.until_available(look)
            for courier, asked in asking.items():
                courier.answer(asked, found, _now())
            self._stir()

    async def _send(self, notification: Notification, endpoint: Endpoint) -> Answer:
        assert self._sending is not None  # noqa: S101 - made before the first alert is read
        return await self._sending.send(notification, endpoint)

    async def _publish(self, messages: Sequence[Outgoing]) -> None:
        refused = await self.until_available(lambda: self.outbox.publish(messages))
        for each in refused:
            log.error("the broker refuses a record for its size", topic=each.topic, key=each.key)

    def _holds(self) -> bool:
        return self.holds()

    def _tried(self, notification: Notification, attempt: Attempt) -> None:
        self.metrics.attempts.labels(attempt.outcome).inc()
        if self._tells_attempts:
            self._tell_attempt(notification, attempt)

    @staticmethod
    def _tell_attempt(notification: Notification, attempt: Attempt) -> None:
        log.debug(
            "attempt",
            channel=notification.channel,
            webhook_id=notification.id,
            number=attempt.number,
            outcome=attempt.outcome,
            status=attempt.status,
            took_ms=attempt.took_ms,
        )

    async def store(self) -> None:
        """Returns when Redis answers, or is not needed: only inhibitions are noted there. Raises Unavailable."""
        if len(self.guidance.inhibitions):
            await ping(self.redis)

    async def close(self) -> None:
        """Close the doors."""
        if self._sending is not None:
            await self._sending.close()
        await self.outbox.stop()
        await self.redis.aclose()


def deliver_app_of(settings: Settings, vitals: Vitals) -> App:
    """The faust app of `wirewatch run deliver`."""
    parts = DeliverParts(settings, vitals)
    parts.health.lacks(Missing.ENGINE, False)
    work = Work(
        keep=parts.keep,
        loaded=parts.loaded,
        tell=parts.dispatch,
        lag=parts.metrics.lag.set,
        store=parts.store,
        health=parts.health,
        progress=parts.progress,
        beside=parts.run,
        close=parts.close,
    )
    courier = replace(parts.options, group=parts.options.group + "-courier")
    app, parts.until_available, parts.holds = deliver_app(parts.options, courier, work, parts.estate())
    return app
