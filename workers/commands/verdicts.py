"""Show what a check has found: for people with a picture and caret, for programs a JSON object a rule."""

from __future__ import annotations

from collections import Counter
from textwrap import indent

from rich.text import Text

from workers.commands.check import Checked, Verdict
from workers.commands.terminal import err, out, plain, say_line, shortened
from workers.rules.files import Problem
from workers.rules.language import RuleError, render

CANONICAL_MAX = 1000  # characters that people are shown
ALIKE_MAX = 3  # problems of one kind that are shown: a wrong file has hundreds


def refuse(checked: Checked) -> None:
    """End the command with exit code 1, and all refusals shown, if there is one."""
    if checked.refused:
        show_refusals(checked)
        raise SystemExit(1)


def show_refusals(checked: Checked) -> None:
    """What is wrong, by its lines, on standard error, and how much of it; of problems that are alike the first few."""
    alike = Counter(map(_likeness, checked.problems))
    shown: Counter[tuple[str, str]] = Counter()
    number = 0
    for each in _by_line(checked):
        if isinstance(each, Verdict):
            number += _show_verdict(each)
            continue
        number += 1
        likeness = _likeness(each)
        shown[likeness] += 1
        if shown[likeness] <= ALIKE_MAX:
            _show_problem(each)
        if shown[likeness] == ALIKE_MAX and alike[likeness] > ALIKE_MAX:
            err().print(Text(f"  … and {alike[likeness] - ALIKE_MAX} more like it"))
    if checked.refused:
        told = f"refused: {number} problem{'s' if number > 1 else ''} in {checked.file.path}"
        err().print(Text(plain(told), "bold red"))


def show_accepted(checked: Checked) -> None:
    """Each rule that can be read, in its canonical form, with the notes on it."""
    for verdict in checked.verdicts:
        if verdict.tree is not None:
            line = Text.assemble(
                ("OK ", "bold green"),
                (plain(verdict.id), "bold"),
                "  ",
                plain(shortened(render(verdict.tree), CANONICAL_MAX)),
            )
            out().print(line)
            for note in verdict.notes:
                picture = RuleError(f"{note.code}: {note.message}", note.start, note.end, note.proposal)
                out().print(Text(indent(plain(picture.told(verdict.query), keep="\n"), "   "), "yellow"))


def say_json_of(checked: Checked) -> None:
    """A line a rule, in the file's order, and a line for each problem; `id` is null for what is no rule."""
    for each in _by_line(checked):
        if isinstance(each, Problem):
            of_rule = each.kind == "rule" and bool(each.record_id)
            error: dict[str, object] = {
                "message": each.bare if of_rule else f"{each.place}: {each.message}",
                "start": None,
                "end": None,
                "hint": each.hint,
            }
            say_line({"id": each.record_id if of_rule else None, "ok": False, "error": error})
        elif each.tree is not None:
            notes = [note._asdict() for note in each.notes]
            say_line({"id": each.id, "ok": True, "canonical": render(each.tree), "lint": notes})
        elif each.error is not None:
            why = each.error
            error = {"message": why.message, "start": why.start, "end": why.end, "hint": why.hint}
            say_line({"id": each.id, "ok": False, "error": error})


def _by_line(checked: Checked) -> list[Problem | Verdict]:
    """All of it in the order of the file; what other files have comes first."""
    return sorted([*checked.problems, *checked.verdicts], key=lambda each: _rank(checked, each.place))


def _rank(checked: Checked, place: str) -> tuple[bool, str, int]:
    file, _, line = place.rpartition(":")
    if not line.isdecimal():
        file, line = place, "0"
    return file == str(checked.file.path), file, int(line)


def _likeness(problem: Problem) -> tuple[str, str]:
    """Equal for those of one kind: what is wrong, whichever field or record it is, and the way out."""
    return (problem.bare or problem.message).rpartition(": ")[2], problem.hint


def _show_verdict(verdict: Verdict) -> bool:
    """Whether there was something wrong to show."""
    if verdict.error is None:
        return False
    head = (plain(f"{verdict.place}: rule {verdict.id}"), "bold")
    err().print(Text.assemble(head, "\n", plain(verdict.error.told(verdict.query), keep="\n"), "\n"))
    return True


def _show_problem(problem: Problem) -> None:
    err().print(Text.assemble((plain(problem.place), "bold"), ": ", plain(problem.message)))
    if problem.hint:
        err().print(Text(f"  hint: {plain(problem.hint)}"))
