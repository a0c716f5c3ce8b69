"""The deliver worker's frame: an agent puts alerts to their channels, an owner has the partitions of `deliveries`."""

from __future__ import annotations

from collections.abc import Callable

from workers.streams.batches import Batches, Until, Work
from workers.streams.bulk import BulkConsumer
from workers.streams.followers import Follower
from workers.streams.match_worker import App, frame, heard, run_in
from workers.streams.options import Options
from workers.streams.owner import Estate, Owner


def deliver_app(
    dispatch: Options, courier: Options, work: Work, estate: Estate
) -> tuple[App, Until, Callable[[], bool]]:
    """The faust app, what waits out outages, and whether the partitions of `deliveries` are ours for certain.

    The two groups have options of their own.
    """
    app = frame(dispatch)
    channel = app.channel(maxsize=1)
    bulk = BulkConsumer("alerts", dispatch, lambda batch: channel.send(value=batch))
    needed = ("alerts", "deliveries", "decisions", "dead-letters")
    kept = ("silences", "inhibitions")
    follower = Follower(("channels",), kept, dispatch, work.keep, needed, heard(work.health))
    owner = Owner("deliveries", courier, estate)
    service = Batches(dispatch, bulk, follower, (owner,), work, beacon=app.beacon)
    run_in(app, channel, service, bulk)
    return app, service.until_available, owner.holds
