"""The summary fits where it is shown."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from rich.console import Console

from tests.unit.demo.test_summary import alert
from workers.commands.demo import KNOBS
from workers.commands.demo_screen import DemoScreen
from workers.demo.stage import Stage
from workers.demo.summary import Summary


def shown(width: int, *, terminal: bool) -> list[str]:
    output = io.StringIO()
    console = Console(file=output, width=width, force_terminal=terminal, color_system=None)
    summary = Summary(rules=3, articles=60, at_once=True)
    summary.take(alert("al_1", "rule-1"), 0.0)
    DemoScreen(console).summary(summary)
    return output.getvalue().splitlines()


def test_in_a_pipe_each_row_is_one_line_without_spaces_at_its_end() -> None:
    lines = shown(80, terminal=False)
    assert [line for line in lines if line != line.rstrip()] == []
    assert sum(line.startswith("latency") for line in lines) == 2
    assert lines[-2].endswith("until its alert was read back from alerts")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_on_a_terminal_a_row_is_wrapped_within_its_column(width: int) -> None:
    lines = shown(width, terminal=True)
    assert max(map(len, lines)) <= width
    indent = next(line for line in lines if line.startswith("articles")).index("published")
    assert all(line.startswith(" " * indent) for line in lines if line.startswith("  "))


def test_who_keeps_it_is_told_all_that_another_worker_needs_on_its_broker() -> None:
    output = io.StringIO()
    stage = SimpleNamespace(kafka="127.0.0.1:1", redis="redis://127.0.0.1:2/0", folder=Path("demo"))
    DemoScreen(Console(file=output, width=200)).kept(cast(Stage, stage))
    said = output.getvalue()
    assert "export WIREWATCH_KAFKA=127.0.0.1:1 WIREWATCH_REDIS=redis://127.0.0.1:2/0\n" in said
    assert f"export WIREWATCH_MATCH_PRODUCER={KNOBS['match.producer']} " in said
    assert "run deliver " in said
