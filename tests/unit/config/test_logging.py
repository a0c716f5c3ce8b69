"""Logging: one shape for ours and the libraries'."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

import pytest
import structlog

from config.logging import QUIET, setup


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    quiet = {name: logging.getLogger(name).level for name in QUIET}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in quiet.items():
        logging.getLogger(name).setLevel(before)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def test_json_is_one_object_a_line_on_standard_error_for_both_kinds_of_logger(
    capsys: pytest.CaptureFixture[str],
) -> None:
    setup("json", "INFO")
    structlog.get_logger("ours").info("batch done", articles=3, odd=object)
    logging.getLogger("theirs").warning("slow %s", "disk")
    out, err = capsys.readouterr()
    ours, theirs = [json.loads(line) for line in err.splitlines()]
    assert out == ""
    assert (ours["event"], ours["articles"], ours["level"], ours["logger"]) == ("batch done", 3, "info", "ours")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("slow disk", "warning", "theirs")
    assert ours["timestamp"].endswith("Z")


def test_an_exception_stays_on_its_line_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    setup("json", "INFO")
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: first\nsecond" in json.loads(line)["exception"]


def test_auto_is_json_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    setup("auto", "INFO")
    structlog.get_logger().info("hello")
    assert json.loads(capsys.readouterr().err)["event"] == "hello"


def test_text_of_others_does_not_steer_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    setup("console", "INFO")
    structlog.get_logger().info("read", title="\x1b[31mred\nfake line")
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert len(err.splitlines()) == 1


def test_what_is_below_the_level_and_what_libraries_chat_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    setup("json", "INFO")
    structlog.get_logger().debug("detail")
    logging.getLogger("aiokafka.consumer").info("joined")
    logging.getLogger("kafka").debug("sent")
    assert capsys.readouterr().err == ""


def test_a_second_setup_replaces_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    setup("json", "DEBUG")
    setup("json", "ERROR")
    structlog.get_logger().info("no")
    logging.getLogger("x").error("once")
    assert len(capsys.readouterr().err.splitlines()) == 1


class Colour(StrEnum):
    """Some values."""

    RED = "red"


@pytest.mark.parametrize("form", ["console", "json"])
def test_an_enum_is_told_as_its_value(form: Literal["console", "json"], capsys: pytest.CaptureFixture[str]) -> None:
    setup(form, "INFO")
    structlog.get_logger().info("not ready", missing=[Colour.RED], why=Colour.RED)
    err = capsys.readouterr().err
    assert "red" in err
    assert "Colour" not in err


def test_what_a_library_repeats_is_told_once_and_ours_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    setup("json", "INFO")
    for number in range(5):
        logging.getLogger("aiokafka").error("node %s is away", number)
        structlog.get_logger("wirewatch.match").warning("waiting")
    events = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == ["node 0 is away", *["waiting"] * 5]


def test_services_start_in_silence_and_crash_without_the_frameworks_labels(capsys: pytest.CaptureFixture[str]) -> None:
    setup("json", "INFO")
    log = logging.getLogger("workers.streams.followers")
    log.info("[^---Follower]: Starting...")
    log.error("[^---Follower]: Crashed")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "Crashed"
