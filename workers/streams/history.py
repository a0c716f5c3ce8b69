"""What stands on several partitions, in the order in which it came about."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TypeAlias

from schemas.envelope import Incoming

Place: TypeAlias = tuple[str, int]  # topic, partition
Moment: TypeAlias = Callable[[Incoming], int]  # when it came about, in milliseconds
STAMPED: Moment = attrgetter("timestamp_ms")


def in_time_order(
    places: Sequence[Place],
    fetch: Callable[[Collection[Place]], Sequence[Incoming]],
    at_end: Callable[[Place], bool],
    stop: Callable[[], bool],
    moment: Moment = STAMPED,
) -> Iterator[Incoming]:
    """Everything up to the ends of these partitions by the records' moments, each partition in its own order.

    Of the same moment the partition comes first that stands first among `places`. `fetch` gives the next records of
    these partitions, perhaps none yet, and of no others; what it gives at once is all that is held in memory, for each
    partition. Ends early when `stop` says so.
    """
    held: dict[Place, deque[Incoming]] = {place: deque() for place in places}
    ranks = {place: rank for rank, place in enumerate(places)}
    heap: list[tuple[int, int, Place]] = []  # of the first that is held of each
    waiting = {place for place in places if not at_end(place)}
    while waiting or heap:
        if waiting:
            if stop():
                return
            for record in fetch(waiting):
                held[record.topic, record.partition].append(record)
            for place in [place for place in waiting if held[place]]:
                heapq.heappush(heap, (moment(held[place][0]), ranks[place], place))
                waiting.remove(place)
            waiting = {place for place in waiting if not at_end(place)}
            continue
        place = heapq.heappop(heap)[2]
        yield held[place].popleft()
        if held[place]:
            heapq.heappush(heap, (moment(held[place][0]), ranks[place], place))
        elif not at_end(place):
            waiting.add(place)


def smoothed(records: Iterable[Incoming], moment: Moment, topics: Sequence[str], most: int) -> Iterator[Incoming]:
    """In the order of their moments, also against that of their partition, where no more than `most` stand between.

    At the same moment those come first whose topic does, and of one topic those that came first.
    """
    ranks = {topic: rank for rank, topic in enumerate(topics)}
    held: list[tuple[int, int, int, Incoming]] = []
    for number, record in enumerate(records):
        heapq.heappush(held, (moment(record), ranks[record.topic], number, record))
        if len(held) > most:
            yield heapq.heappop(held)[3]
    while held:
        yield heapq.heappop(held)[3]
