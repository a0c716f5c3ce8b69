"""The repository's Python as the rules of the house see it: files, their trees, what they import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
PRODUCT = ("config", "schemas", "workers")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: a module, or a module and what is taken from it."""

    line: int
    module: str
    name: str = ""
    level: int = 0  # dots of a relative import

    @property
    def full(self) -> str:
        """With the name, as `workers.rules.language.parse` in `from workers.rules.language import parse`."""
        return f"{self.module}.{self.name}" if self.name else self.module

    def within(self, package: str) -> bool:
        """Is it that package, or of it?"""
        return self.full == package or self.full.startswith(package + ".")


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the repository; its path is relative to the root."""

    path: PurePosixPath
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.text, str(self.path))

    @property
    def room(self) -> str:
        """`dedup` for workers/dedup/claims.py, `rules.language` for its files; empty outside of rooms."""
        folders = self.path.parts[1:-1] if self.path.parts[0] == "workers" else ()
        return ".".join(folders[:2] if folders[:2] == ("rules", "language") else folders[:1])

    def imports(self) -> Iterator[Import]:
        """Wherever in the file they stand."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (Import(node.lineno, each.name) for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (Import(node.lineno, node.module or "", each.name, node.level) for each in node.names)

    def functions(self) -> Iterator[Function]:
        """All, methods and inner ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def classes(self) -> Iterator[ast.ClassDef]:
        """All of them."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef):
                yield node

    def dotted(self) -> Iterator[tuple[int, str]]:
        """Line and text of every `a.b` and `a.b.c`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute):
                yield node.lineno, ast.unparse(node)

    def at(self, line: int, problem: str) -> str:
        """A problem with its place."""
        return f"{self.path}:{line}: {problem}"


@cache
def _parsed(text: str, name: str) -> ast.Module:
    return ast.parse(text, name)


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file below these folders."""
    return tuple(
        Source(PurePosixPath(path.relative_to(ROOT).as_posix()), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    )
