"""The watchdog ends a worker that does not get on, and no other."""

from __future__ import annotations

from threading import Event

from workers.streams.watchdog import EXIT_CODE, Progress, Watchdog


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_silence_beyond_the_limit_ends_the_process_with_a_non_zero_code() -> None:
    clock, ended, codes = Clock(), Event(), []

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    progress = Progress(clock)
    watchdog = Watchdog(progress, stall_timeout_s=0.04, end=end)
    clock.now_s += 0.05
    watchdog.start()
    assert ended.wait(5)
    assert codes == [EXIT_CODE]
    assert EXIT_CODE != 0


def test_progress_begins_the_count_anew() -> None:
    clock = Clock()
    progress = Progress(clock)
    clock.now_s += 30
    assert progress.silent_s() == 30
    progress.made()
    assert progress.silent_s() == 0


def test_a_watchdog_that_was_stopped_ends_nothing() -> None:
    clock, codes = Clock(), list[int]()
    watchdog = Watchdog(Progress(clock), stall_timeout_s=0.04, end=codes.append)
    watchdog.stop()
    clock.now_s += 1
    watchdog.start()
    watchdog._thread.join(5)
    assert not watchdog._thread.is_alive()
    assert codes == []
