"""Show what a check has found: for people with a picture and caret, for programs a JSON object a rule."""

from __future__ import annotations

from textwrap import indent

from rich.text import Text

from workers.commands.check import Checked
from workers.commands.terminal import err, out, plain, say_line
from workers.rules.files import Problem
from workers.rules.language import RuleError, render


def refuse(checked: Checked) -> None:
    """End the command with exit code 1, and all refusals shown, if there is one."""
    if checked.refused:
        show_refusals(checked)
        raise SystemExit(1)


def show_refusals(checked: Checked) -> None:
    """Everything that is wrong, on standard error, and how much of it."""
    for problem in checked.problems:
        _show_problem(problem)
    refused = [(verdict, verdict.error) for verdict in checked.verdicts if verdict.error]
    for verdict, error in refused:
        head = (plain(f"{verdict.place}: rule {verdict.id}"), "bold")
        err().print(Text.assemble(head, "\n", plain(error.told(verdict.query), keep="\n"), "\n"))
    if checked.refused:
        number = len(checked.problems) + len(refused)
        told = f"refused: {number} problem{'s' if number > 1 else ''} in {checked.file.path}"
        err().print(Text(plain(told), "bold red"))


def show_accepted(checked: Checked) -> None:
    """Each rule that can be read, in its canonical form, with the notes on it."""
    for verdict in checked.verdicts:
        if verdict.tree is not None:
            line = Text.assemble(("OK ", "bold green"), (plain(verdict.id), "bold"), "  ", plain(render(verdict.tree)))
            out().print(line)
            for note in verdict.notes:
                picture = RuleError(f"{note.code}: {note.message}", note.start, note.end, note.proposal)
                out().print(Text(indent(plain(picture.told(verdict.query), keep="\n"), "   "), "yellow"))


def say_json_of(checked: Checked) -> None:
    """A line a rule, in the file's order; before them a line for what is no rule, with `id` null."""
    for problem in checked.problems:
        error: dict[str, object] = {
            "message": f"{problem.place}: {problem.message}",
            "start": None,
            "end": None,
            "hint": problem.hint,
        }
        say_line({"id": None, "ok": False, "error": error})
    for verdict in checked.verdicts:
        if verdict.tree is not None:
            notes = [note._asdict() for note in verdict.notes]
            say_line({"id": verdict.id, "ok": True, "canonical": render(verdict.tree), "lint": notes})
        elif verdict.error is not None:
            why = verdict.error
            error = {"message": why.message, "start": why.start, "end": why.end, "hint": why.hint}
            say_line({"id": verdict.id, "ok": False, "error": error})


def _show_problem(problem: Problem) -> None:
    err().print(Text.assemble((plain(problem.place), "bold"), ": ", plain(problem.message)))
    if problem.hint:
        err().print(Text(f"  hint: {plain(problem.hint)}"))
