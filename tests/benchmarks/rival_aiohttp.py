"""The plain loop that delivery is measured against: aiohttp posts bodies, signed, and writes nothing down.

Every body goes to every path, so many at once. At the end it prints when the first and the last was answered, and waits
to be ended.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import aiohttp
import orjson

from tests.benchmarks import delivery_stock
from workers.delivery import dispatch, event, read_secret
from workers.delivery.sign import sign

Post = tuple[str, str, bytes]  # URL, webhook-id, body


def posts(base: str, alerts: int, endpoints: int) -> Iterator[Post]:
    """What is posted, in the order of alerts. Each body is made once."""
    channel = delivery_stock.channel("desk", delivery_stock.urls(base, endpoints))
    for alert in delivery_stock.alerts(alerts, ["desk"]):
        for notification in dispatch(alert, alert.times.received, "alerts/0/0", {"desk": channel}.get):
            body = event.body(notification)
            for endpoint in channel.endpoints:
                yield endpoint.url, notification.id, body


async def post_all(wanted: Sequence[Post], at_once: int) -> list[float]:
    """When each was answered, seconds since 1970."""
    secret, left, answered = [read_secret(delivery_stock.SECRET)], iter(wanted), list[float]()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:

        async def work() -> None:
            for url, webhook_id, body in left:
                headers = {
                    "content-type": "application/json",
                    **sign(webhook_id, datetime.now(UTC), body, secret),
                }
                async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                    await response.read()
                    response.raise_for_status()
                answered.append(time.time())

        await asyncio.gather(*(work() for _ in range(at_once)))
    return answered


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True, help="http://host:port")
    parser.add_argument("--alerts", type=int, required=True)
    parser.add_argument("--endpoints", type=int, required=True)
    parser.add_argument("--at-once", type=int, required=True)
    options = parser.parse_args()
    wanted = list(posts(options.base, options.alerts, options.endpoints))
    answered = asyncio.run(post_all(wanted, options.at_once))
    print(
        orjson.dumps({"first_s": min(answered), "last_s": max(answered), "count": len(answered)}).decode(), flush=True
    )


if __name__ == "__main__":
    main()
