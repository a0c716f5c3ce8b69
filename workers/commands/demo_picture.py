"""The picture of the terminal for the README, from a real run: wirewatch demo --picture docs/demo.svg"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from schemas.alert import Alert, AlertKind
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from schemas.reasons import HeldReason
from workers.commands.demo_screen import DemoScreen
from workers.demo.stage import Stage
from workers.demo.summary import Summary

COLUMNS = 110
# of each kind of alert and reason of a decision; all of them would be a picture of two metres
SHOWN: Final[Mapping[str, int]] = {
    AlertKind.CREATED: 4,
    AlertKind.RETRACTED: 1,
    HeldReason.SAME_STORY: 1,
    HeldReason.SEEN_ALREADY: 1,
    "dead letter": 1,
}
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
THEME = TerminalTheme(
    (22, 27, 34),
    (214, 220, 228),
    [
        (22, 27, 34),
        (248, 81, 73),
        (63, 185, 80),
        (210, 153, 34),
        (88, 166, 255),
        (188, 140, 255),
        (57, 197, 207),
        (214, 220, 228),
    ],
    [
        (110, 118, 129),
        (255, 123, 114),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (86, 212, 221),
        (255, 255, 255),
    ],
)
# rich's own frame fetches a font from elsewhere; a picture shall not.
FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: FONTS; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-family: system-ui, sans-serif; font-size: 16px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
""".replace("FONTS", FONTS)
_TEXT = re.compile(r'(?P<before><text [^>]*textLength=")(?P<width>[\d.]+)(?P<behind>"[^>]*>)(?P<text>[^<]+)')


class Excerpt(DemoScreen):
    """The first few of each kind, then the summary."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._shown: Counter[str] = Counter()
        self._dropped = False  # since the last that was shown

    def _has_room(self, what: str) -> bool:
        self._shown[what] += 1
        room = self._shown[what] <= SHOWN.get(what, 0)
        if room:
            self._tell_dropped()
        self._dropped = self._dropped or not room
        return room

    def _tell_dropped(self) -> None:
        """A row for those that are left out."""
        if self._dropped:
            self._print(Text("…", "dim"))
            self._print()
        self._dropped = False

    def doing(self, what: str) -> None:
        """Nothing: a picture does not move."""

    def alert(self, alert: Alert) -> None:
        """An alert, if there is room."""
        if self._has_room(alert.kind):
            super().alert(alert)

    def held(self, decision: Decision) -> None:
        """A match that became no alert, if there is room."""
        if self._has_room(decision.reason):
            super().held(decision)

    def letter(self, letter: DeadLetter) -> None:
        """A message that could not be read, if there is room."""
        if self._has_room("dead letter"):
            super().letter(letter)

    def summary(self, summary: Summary) -> None:
        """Every match accounted for."""
        self._tell_dropped()
        super().summary(summary)

    def ended(self, _stage: Stage) -> None:
        """Nothing: the README goes on by itself."""


@contextmanager
def recorded(path: Path) -> Iterator[DemoScreen]:
    """A screen whose excerpt is written to an SVG file when it was played to the end."""
    console = Console(
        record=True,
        width=COLUMNS,
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
        markup=False,
        emoji=False,
    )
    with Excerpt(console) as screen:
        console.print(Text("$ ./run demo", "bold"))
        yield screen
    svg = console.export_svg(title="wirewatch", theme=THEME, code_format=FRAME, unique_id="demo")
    path.write_text(_TEXT.sub(_as_wide_as_its_cells, svg), encoding="utf-8")


def _as_wide_as_its_cells(found: re.Match[str]) -> str:
    """Rich counts a character as one column, where those of Japanese take two: browsers would squeeze them."""
    text = unescape(found["text"])
    width = float(found["width"]) / len(text) * cell_len(text)
    return f"{found['before']}{width:g}{found['behind']}{found['text']}"
