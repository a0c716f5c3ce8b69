"""What follows from each statement: where it is true of an article, those are true of it too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import islice

from workers.rules.language.lint_meaning import Meanings, Structure
from workers.rules.language.lint_shapes import KEPT_MAX, Shapes, kept

_WIDER = {"title": ("text",), "lead": ("text",), "body": ("text",)}
_WORDS_LEAST = 0  # `words` is never missing and never less


class Consequences:
    """`following[n]`: statements that are true wherever statement n is, itself among them.

    `constant[n]`: True for always, False for never, None for neither known. `new[n]`: no part of it is constant and
    makes it so. Complete for nothing, right in all that it says.
    """

    def __init__(self, meanings: Meanings) -> None:
        self._meanings = meanings
        self.shapes = Shapes(meanings)
        self._tests = self._collected("number")
        self._codes = self._collected("codes")
        self._counts = self._collected("atleast")
        self.following: list[frozenset[int]] = []
        self.constant: list[bool | None] = []
        self.new: list[bool] = []
        for number, structure in enumerate(meanings.structures):
            self.following.append(kept(number, self._follows(structure)))
            constant = self._by_parts(structure)
            self.new.append(constant is None)
            self.constant.append(self._by_itself(structure) if constant is None else constant)

    def structure(self, number: int) -> Structure:
        """What a number stands for."""
        return self._meanings.structures[number]

    def operands(self, kind: str, number: int) -> tuple[int, ...]:
        """The operands of AND or OR; of any other statement itself."""
        structure = self.structure(number)
        return structure[1:] if structure[0] == kind else (number,)

    def _collected(self, kind: str) -> dict[object, list[int]]:
        """The first tests of a kind, by what may be compared."""
        found: dict[object, list[int]] = {}
        for number, structure in enumerate(self._meanings.structures):
            if structure[0] == kind:
                some = found.setdefault(structure[-1] if kind == "atleast" else structure[1], [])
                if len(some) < KEPT_MAX:
                    some.append(number)
        return found

    def _follows(self, structure: Structure) -> Iterable[int]:  # noqa: PLR0911  # one a kind
        match structure:
            case ("in", str(context), int(shape)):
                return self._wherever(context, self.shapes.holding[shape])
            case ("notnear", str(context), *rest):
                wider = [self._meanings.number(("notnear", each, *rest)) for each in _WIDER.get(context, ())]
                held = self.shapes.holding[int(rest[1])]
                return (each for each in (*wider, *self._wherever(context, held)) if each is not None)
            case ("atleast", str(context), int(count), int(shape)):
                return self._of_count(context, count, shape)
            case ("number", field, *_):
                return (each for each in self._tests[field] if _within(structure, self.structure(each)))
            case ("codes", field, codes):
                return (each for each in self._codes[field] if _longer(codes, self.structure(each)[2]))
            case ("and", *parts):
                return (each for part in islice(parts, KEPT_MAX) for each in (part, *self.following[part]))
            case ("or", *parts):
                return reduce(frozenset.intersection, (self.following[part] for part in parts))
        return ()

    def _wherever(self, context: str, shapes: Iterable[int]) -> Iterator[int]:
        contexts = (context, "body", "text") if context.startswith("first/") else (context, *_WIDER.get(context, ()))
        for shape in shapes:
            for each in contexts:
                found = self._meanings.number(("in", each, shape))
                if found is not None:
                    yield found

    def _of_count(self, context: str, count: int, shape: int) -> Iterator[int]:
        contexts = (context, "body", "text") if context.startswith("first/") else (context, *_WIDER.get(context, ()))
        for each in self._counts[shape]:
            _, where, least, _ = self.structure(each)
            if where in contexts and least <= count:
                yield each
        yield from self._wherever(context, self.shapes.holding[shape])

    def _by_parts(self, structure: Structure) -> bool | None:
        """Constant because its parts are."""
        match structure:
            case ("and", *parts):
                return _all([self.constant[part] for part in parts])
            case ("or", *parts):
                return _not(_all([_not(self.constant[part]) for part in parts]))
            case ("not", int(part)):
                return _not(self.constant[part])
            case ("any", int(count), *parts):
                given = [self.constant[part] for part in parts]
                return (
                    True if given.count(True) >= count else False if len(given) - given.count(False) < count else None
                )
        return None

    def _by_itself(self, structure: Structure) -> bool | None:  # noqa: PLR0911  # one a kind
        match structure:
            case ("and", *parts):
                return False if self._contradict(parts) else None
            case ("or", *parts):
                return True if self._exhaust(parts) else None
            case ("number", "words", least, most):
                if most is not None and most < _WORDS_LEAST:
                    return False
                return True if most is None and least is not None and least <= _WORDS_LEAST else None
            case ("in", str(context), int(shape)) if context.startswith("first/"):
                return False if self.shapes.shortest[shape] > int(context.removeprefix("first/")) else None
            case ("notnear", _, _, int(left), int(right)) if right in self.shapes.holding[left]:
                return False
        return None

    def _contradict(self, parts: list[int]) -> bool:
        """Whether these are never true together."""
        given = {each for part in parts for each in self.following[part]}
        denied = {
            each
            for part in parts
            if self.structure(part)[0] == "not"
            for each in self.operands("or", self._inner(part))
        }
        if given & denied:
            return True
        for part in parts:
            operands = self.operands("or", part)
            if len(operands) > 1 and denied and all(self.following[each] & denied for each in operands):
                return True
        return self._apart(parts)

    def _exhaust(self, parts: list[int]) -> bool:
        """Whether one of these is always true."""
        given = set(parts)
        denied = [self._inner(part) for part in parts if self.structure(part)[0] == "not"]
        if any(self.following[each] & given for each in denied):
            return True
        return _fill(
            [structure[2:] for structure in map(self.structure, parts) if structure[:2] == ("number", "words")]
        )

    def _inner(self, part: int) -> int:
        return int(self.structure(part)[1])

    def _apart(self, parts: list[int]) -> bool:
        """Whether two tests of one field exclude each other."""
        structures = [self.structure(part) for part in parts]
        numbers: dict[str, tuple[int | None, int | None]] = {}
        for each in structures:
            if each[0] == "number":
                least, most = _common(numbers.get(each[1], (None, None)), each[2:])
                if least is not None and most is not None and least > most:
                    return True
                numbers[each[1]] = (least, most)
        codes = [each for each in structures if each[0] == "codes"][:KEPT_MAX]
        return any(
            one[1] == other[1] and _disjoint(one[2], other[2]) for at, one in enumerate(codes) for other in codes[:at]
        )


def _not(given: bool | None) -> bool | None:
    return given if given is None else not given


def _all(given: list[bool | None]) -> bool | None:
    if False in given:
        return False
    return True if all(given) else None


def _within(one: Structure, other: Structure) -> bool:
    """Whether a number that passes the first test passes the second."""
    (least, most), (floor, ceiling) = one[2:], other[2:]
    return (floor is None or (least is not None and least >= floor)) and (
        ceiling is None or (most is not None and most <= ceiling)
    )


def _common(one: tuple[int | None, int | None], other: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
    least = max((each for each in (one[0], other[0]) if each is not None), default=None)
    most = min((each for each in (one[1], other[1]) if each is not None), default=None)
    return least, most


def _fill(tests: list[tuple[int | None, int | None]]) -> bool:
    """Whether every number of words passes one of these."""
    reached = _WORDS_LEAST - 1
    for least, most in sorted(tests, key=lambda test: test[0] or 0):
        if (least or 0) > reached + 1:
            return False
        if most is None:
            return True
        reached = max(reached, most)
    return False


def _longer(codes: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether each of the codes is one of the others, or a longer form of one."""
    known = set(others)
    return all(_beginnings(code) & known for code in codes)


def _disjoint(codes: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether no code fits both."""
    one, other = set(codes), set(others)
    return not any(_beginnings(code) & other for code in one) and not any(_beginnings(code) & one for code in other)


def _beginnings(code: str) -> set[str]:
    parts = code.split("-")
    return {"-".join(parts[:length]) for length in range(1, len(parts) + 1)}
