"""Broker and store of the wheels start in a folder, answer, and leave nothing behind."""

from __future__ import annotations

import signal
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from workers.demo import broker, store
from workers.demo import stage as stage_module
from workers.demo.child import Child
from workers.demo.ports import accepts
from workers.demo.signals import Signals
from workers.demo.stage import Launch, Stage
from workers.demo.store import store_answers
from workers.errors import Unavailable


def _is_installed(package: str) -> bool:
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True


needs_programs = pytest.mark.skipif(
    not all(map(_is_installed, (broker.PACKAGE, store.PACKAGE))), reason="the extra `demo` is not installed"
)


def python(code: str, folder: Path) -> Launch:
    """A process that runs this."""
    return Launch([sys.executable, "-c", code], {}, folder)


@needs_programs
def test_broker_and_store_answer_within_the_block_and_are_gone_behind_it() -> None:
    with Signals() as signals, Stage(signals) as stage:
        stage.start_broker()
        stage.start_store()
        kafka, redis = int(stage.kafka.rpartition(":")[2]), int(stage.redis.split(":")[2].partition("/")[0])
        folder = stage.folder
        stage.check()
        assert accepts(kafka)
        assert store_answers(redis)
    assert not accepts(kafka)
    assert not accepts(redis)
    assert not folder.exists()


def test_a_worker_that_takes_too_long_is_told_with_its_log_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine compiling takes long: what is compiled by then is kept, so the next start is shorter."""
    monkeypatch.setattr(stage_module, "READY_S", 0.0)
    code = """import time; print('{"event": "compiling"}', flush=True); time.sleep(60)"""
    with Signals() as signals, Stage(signals) as stage, pytest.raises(Unavailable) as raised:
        stage.start_worker(python(code, tmp_path))
    head, *_ = str(raised.value).splitlines()
    assert head.endswith("the machine may be busy, and what is compiled is kept: run it again. The end of its log:")


def test_a_worker_is_started_when_it_says_ready(tmp_path: Path) -> None:
    code = """import time; print('not json'); print('{"event": "ready"}', flush=True); time.sleep(60)"""
    with Signals() as signals, Stage(signals) as stage:
        stage.start_worker(python(code, tmp_path))
        stage.check()


def test_a_worker_that_is_not_ready_is_not_waited_for_once_a_signal_was_heard(tmp_path: Path) -> None:
    with Signals() as signals, Stage(signals) as stage:
        signals.heard = signal.SIGINT  # and its exception lost on the way
        with pytest.raises(KeyboardInterrupt):
            stage.start_worker(python("import time; time.sleep(60)", tmp_path))


def test_a_worker_that_ends_before_it_is_ready_is_told_with_its_log(tmp_path: Path) -> None:
    with Signals() as signals, Stage(signals) as stage:
        with pytest.raises(Unavailable, match=r"match worker ended by itself with code 3(.|\n)*no topic"):
            stage.start_worker(python("print('no topic', flush=True); raise SystemExit(3)", tmp_path))
        folder = stage.folder
    assert not folder.exists()


def test_a_process_that_ends_later_is_noticed(tmp_path: Path) -> None:
    child = Child("store", [sys.executable, "-c", "raise SystemExit(4)"], tmp_path / "log", {}, tmp_path)
    while not child.ended:
        pass
    with pytest.raises(Unavailable, match="store ended by itself with code 4"):
        child.check()


def test_a_stage_may_be_closed_again() -> None:
    with Signals() as signals:
        with Stage(signals) as stage:
            folder = stage.folder
        stage.close()
    assert not folder.exists()


def test_a_process_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.demo.child.KILL_AFTER_S", 0.2)
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    child = Child("deaf", [sys.executable, "-c", code], tmp_path / "log", {}, tmp_path)
    while "deaf" not in child.log_tail():
        assert not child.ended
    child.stop()
    assert child.ended
