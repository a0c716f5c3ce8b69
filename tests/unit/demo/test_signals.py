"""The first signal ends the demo; nothing is left half done for it."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from workers.demo.signals import SIGNALS, Signals


@pytest.fixture(autouse=True)
def nothing_ignored() -> Iterator[None]:
    """Whoever started the tests may have set signals to be ignored, as nohup and a shell's `&` do."""
    before = {each: signal.signal(each, signal.default_int_handler) for each in SIGNALS}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda each: each.name)
def test_the_first_signal_is_raised(number: signal.Signals) -> None:
    with Signals() as signals:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        assert signals.heard is number


def test_a_second_signal_does_not_disturb_the_clearing_up() -> None:
    done = []
    with Signals():
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            signal.raise_signal(signal.SIGINT)
            done.append("cleared up")
    assert done == ["cleared up"]


def test_a_signal_waits_for_the_end_of_what_is_held() -> None:
    done = []

    def start_and_note(signals: Signals) -> None:
        with signals.held(), signals.held():
            signal.raise_signal(signal.SIGTERM)
            done.append("started and noted")

    with Signals() as signals, pytest.raises(KeyboardInterrupt):
        start_and_note(signals)
    assert done == ["started and noted"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_whose_exception_was_lost_in_a_finalizer_is_raised_at_the_next_look() -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    with Signals() as signals:
        signals.check()
        Finalized()  # Python prints an exception from a finalizer, and goes on
        with pytest.raises(KeyboardInterrupt):
            signals.check()


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    with Signals():
        assert [signal.getsignal(each) for each in SIGNALS] != before
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_a_hang_up_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Signals():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
