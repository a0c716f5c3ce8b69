"""The demo on a terminal, or in a pipe: the same lines, with and without colour."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.rule import Rule
from rich.status import Status
from rich.text import Text

from schemas.alert import Alert, AlertKind
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from schemas.reasons import HeldReason, RefusalReason
from workers.commands.columns import GAP
from workers.commands.show import INDENT, show
from workers.commands.terminal import plain
from workers.demo.stage import Stage
from workers.demo.summary import Summary, percentile

DIM = "dim"
LETTER = "magenta"
SHOWN_BYTES = 80  # of a dead letter's value
MEASURED = "from an article's timestamp on articles until its alert was read back from alerts"


class DemoScreen(AbstractContextManager["DemoScreen"]):
    """Where a person watches; a line of progress at the bottom stands until the summary, or the end of the block."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._is_set_up = False  # something was shown behind the steps

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._status:
            self._status.stop()
            self._status = None

    def doing(self, what: str) -> None:
        """The line of progress; a pipe gets none."""
        if self._status:
            self._status.update(Text(what, DIM))
        elif self._console.is_terminal:
            self._status = Status(Text(what, DIM), console=self._console)
            self._status.start()

    def done(self, what: str, detail: str) -> None:
        """A step of the setting up."""
        self._print(Text.assemble(("  ✓ ", "green"), f"{what:<18}", (detail, DIM)))

    def alert(self, alert: Alert) -> None:
        """An alert."""
        self._begin()
        show(alert, self._console)

    def held(self, decision: Decision) -> None:
        """A match that became no alert, dimly."""
        self._begin()
        show(decision, self._console)

    def letter(self, letter: DeadLetter) -> None:
        """A message that could not be read."""
        self._begin()
        moment = letter.timestamp.astimezone().strftime("%H:%M:%S")
        self._print(Text.assemble(f"{moment}  ", ("dead letter", "bold"), f"  {plain(letter.message)}", style=LETTER))
        begins = plain((letter.value or b"")[:SHOWN_BYTES].decode(errors="replace"))
        for line in (begins, f"hint: {plain(letter.hint)}" if letter.hint else ""):
            if line:
                self._print(Text(" " * INDENT + line, DIM))
        self._print()

    def summary(self, summary: Summary) -> None:
        """Every match accounted for."""
        self._begin()
        self._stop()
        rows = [
            ("articles", str(summary.articles), "published"),
            ("rules", str(summary.rules), f"{len(summary.fired)} of them matched"),
            ("matches", str(summary.matches), f"{summary.alerts} alerts + {summary.held.total()} held back"),
            (
                "alerts",
                str(summary.alerts),
                f"{_reasons(summary.kinds) or 'none'}; on alerts and their channels' topics",
            ),
            ("held back", str(summary.held.total()), _reasons(summary.held)),
            ("dead letters", str(summary.letters.total()), _reasons(summary.letters)),
        ]
        if summary.latencies_ms:
            queue = "all articles were published at once, so it holds the wait in the queue" if summary.at_once else ""
            for name, share in (("latency p50", 0.5), ("latency p99", 0.99)):
                told = f"{percentile(summary.latencies_ms, share):.0f} ms"
                rows.append((name, told, MEASURED if share == 0.5 else queue))
        self._print(Rule("Summary", style="green"))
        self._rows(rows)

    def _rows(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """In columns; on a terminal the last one is wrapped within its own, in a pipe each row is one line."""
        names, numbers = (max(len(row[at]) for row in rows) for at in (0, 1))
        indent = names + numbers + 2 * len(GAP)
        for name, number, what in rows:
            width = max(self._console.width - indent, 20)
            told = Text(what, DIM)
            pieces = list(told.wrap(self._console, width)) if self._console.is_terminal and what else [told]
            head = Text.assemble((f"{name:<{names}}{GAP}", "bold"), f"{number:>{numbers}}")
            for turn, piece in enumerate(pieces):
                line = head.copy().append(GAP) if turn == 0 else Text(" " * indent)
                line.append_text(piece)
                line.rstrip()
                self._print(line)

    def kept(self, stage: Stage) -> None:
        """Addresses, and commands to try."""
        wirewatch = command_name()
        self._print()
        self._print(Text("It is still running. In another terminal:", "bold"))
        self._print(Text(f"  export WIREWATCH_KAFKA={stage.kafka} WIREWATCH_REDIS={stage.redis}"))
        self._print(Text("  export WIREWATCH_MATCH_PRODUCER=plain # this broker knows no other"))
        for arguments, what in (
            ("rules list", "the rules that are live"),
            ("tail", "alerts as they come"),
            ("rules apply FILE.yaml", "your own rules, live within two seconds"),
            ("publish FILE.jsonl", "your own articles"),
            ("run deliver", "to channels with endpoints"),
        ):
            self._print(Text.assemble(f"  {wirewatch} {arguments:<23}", (f"# {what}", DIM)))
        self._print(Text(f"Logs are in {stage.folder}. Ctrl-C here stops all of it and removes that folder.", DIM))

    def ended(self, _stage: Stage) -> None:
        """What to try next."""
        self._print()
        self._print(Text("Next:", "bold"))
        wirewatch = command_name()
        for arguments, what in (
            ("demo --keep", "leaves it running, to publish and tail by hand"),
            ("demo --rules FILE", "your own rules (YAML or JSON Lines) on these articles"),
            ("demo --articles FILE", "your own articles (JSON Lines)"),
        ):
            self._print(Text.assemble(f"  {wirewatch} {arguments:<23}", (f"# {what}", DIM)))

    def _begin(self) -> None:
        """An empty line behind the steps."""
        if not self._is_set_up:
            self._print()
        self._is_set_up = True

    def _print(self, what: Text | Rule | str = "") -> None:
        self._console.print(what, soft_wrap=isinstance(what, Text))


def command_name() -> str:
    """How this program is called from a shell here: by its name, by the path of its script, or as a module."""
    if shutil.which("wirewatch"):
        return "wirewatch"
    script = Path(sys.executable).with_name("wirewatch")
    return _from_here(script) if script.is_file() else f"{_from_here(Path(sys.executable))} -m workers"


def _from_here(program: Path) -> str:
    here = Path.cwd()
    return shlex.quote(str(program.relative_to(here) if program.is_relative_to(here) else program))


def _reasons(counted: Mapping[AlertKind, int] | Mapping[HeldReason, int] | Mapping[RefusalReason, int]) -> str:
    return ", ".join(f"{reason.replace('_', ' ')} {number}" for reason, number in sorted(counted.items()))
