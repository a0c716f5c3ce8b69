"""`wirewatch audit`, run on a house after a fault: the product's own ledger, beside the independent verdict."""

from __future__ import annotations

import time
from collections.abc import Collection

from tests.acceptance.house import House
from workers.auditing import Terms, audit
from workers.ledger import SURPLUS, Audit, Slip
from workers.streams.archive_kafka import KafkaArchive

__all__ = ["SURPLUS", "audited"]

ARTICLE_MAX_BYTES = 10_485_760
SHOWN_MAX = 5


def audited(house: House, *, allowed: Collection[Slip] = (), edit_live_s: float = 0.0) -> Audit:
    """Every match of the house's topics accounted for by the code of `wirewatch audit`.

    Fails, with the first findings, when anything is found but what is `allowed` (after the loss of Redis: SURPLUS), or
    when there was nothing to judge. Article records that the workers have not committed are pending, and no finding.
    An edit of a rule counts as known to the workers `edit_live_s` seconds after its record: 0 where rules were written
    before the worker started, 2 (P7) where they are edited under load.
    """
    live_ms = int(edit_live_s * 1000)
    terms = Terms("wirewatch-match", ARTICLE_MAX_BYTES, 0, live_ms, deliver_group="wirewatch-deliver")
    with KafkaArchive(house.bootstrap, house.prefix) as archive:
        done = audit(archive, terms, lambda: int(time.time() * 1000), lambda *_: lambda: None)
    found = [*done.findings, *(done.deliveries.findings if done.deliveries else ())]
    wrong = [finding for finding in found if finding.slip not in allowed]
    told = "\n".join(map(repr, wrong[:SHOWN_MAX]))
    assert done.balanced(allowed), f"found {dict(done.slips)}, allowed {sorted(allowed)}:\n{told}"
    assert done.total.matches or done.letters, "nothing was matched: the audit shows nothing"
    return done
