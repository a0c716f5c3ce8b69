"""Other rules that a rule equals or that cover it: those that say yes to every article that it says yes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from workers.rules.language.lint_consequences import Consequences
from workers.rules.language.lint_knowledge import Related
from workers.rules.language.lint_meaning import Meanings, Spellings
from workers.rules.language.tree import Query

_CANDIDATES_MAX = 200  # rules that one is held against
_STEPS_MAX = 20_000  # of one proof
_TOLD_MAX = 5


class KnownRules:
    """The rules that are each other's other rules; all name the same lists.

    Finds what is equal but for order, brackets and repetition, and much of what is covered; what it names is proved.
    """

    def __init__(self, rules: Mapping[str, Query], spellings: Spellings | None = None) -> None:
        meanings = Meanings(spellings)
        self._statements = {rule_id: meanings.read(tree).statement for rule_id, tree in rules.items()}
        self._known = Consequences(meanings)
        self._equal: dict[int, list[str]] = {}
        self._handles: dict[int, list[str]] = {}  # a rule by statements of which one must follow from what it covers
        for rule_id, statement in self._statements.items():
            self._equal.setdefault(statement, []).append(rule_id)
            for each in self._handle(statement):
                self._handles.setdefault(each, []).append(rule_id)

    def related_to(self, rule_id: str) -> Callable[[Query], Iterator[Related]]:
        """What `Knowledge.related` wants, for one of these rules."""
        return lambda _: self._related(rule_id)

    def _related(self, rule_id: str) -> Iterator[Related]:
        statement = self._statements[rule_id]
        told = 0
        for each in self._equal[statement][: _TOLD_MAX + 1]:
            if each != rule_id:
                told += 1
                yield Related(each, "equal")
        if self._known.constant[statement] is not None:
            return  # it covers nothing that anyone would want to know
        for each in self._candidates(statement):
            if told >= _TOLD_MAX:
                return
            other = self._statements[each]
            if other == statement or self._known.constant[other] is not None:
                continue
            if _Proof(self._known).follows(statement, other):
                told += 1
                back = _Proof(self._known).follows(other, statement)
                yield Related(each, "equal" if back else "covers")

    def _candidates(self, statement: int) -> Iterator[str]:
        """Rules that might cover it, each once."""
        found: dict[str, None] = {}
        for each in self._support(statement):
            for rule_id in self._handles.get(each, ())[:_CANDIDATES_MAX]:
                found[rule_id] = None
                if len(found) >= _CANDIDATES_MAX:
                    return iter(found)
        return iter(found)

    def _support(self, statement: int) -> Iterator[int]:
        """What follows from it, and from its operands."""
        stack, seen = [statement], 0
        while stack and seen < _CANDIDATES_MAX:
            each = stack.pop()
            seen += 1
            yield from self._known.following[each]
            structure = self._known.structure(each)
            if structure[0] in ("and", "or"):
                stack.extend(structure[1:][:_CANDIDATES_MAX])

    def _handle(self, statement: int) -> list[int]:
        """The operand of its AND that has the fewest alternatives."""
        choices = [self._known.operands("or", each) for each in self._known.operands("and", statement)]
        least = [each for each in min(choices, key=len) if self._known.structure(each)[0] != "not"]
        return list({part for each in least[:_CANDIDATES_MAX] for part in self._known.operands("and", each)[:1]})


class _Proof:
    """Does one statement follow from another? Gives up, and says no, when it takes too long."""

    def __init__(self, known: Consequences) -> None:
        self._known = known
        self._steps = 0
        self._answers: dict[tuple[int, int], bool] = {}

    def follows(self, one: int, other: int) -> bool:
        """Whether the second is true wherever the first is; False where that was not found out."""
        if other in self._known.following[one] or self._known.constant[one] is False:
            return True
        self._steps += 1
        if self._steps > _STEPS_MAX:
            return False
        known = self._answers.get((one, other))
        if known is None:
            known = self._answers[one, other] = self._found(one, other)
        return known

    def _found(self, one: int, other: int) -> bool:
        structure, target = self._known.structure(one), self._known.structure(other)
        if structure[0] == "or":
            return all(self.follows(each, other) for each in structure[1:])
        if target[0] == "and":
            return all(self.follows(one, each) for each in target[1:])
        if structure[0] == "not" and target[0] == "not":
            return self.follows(target[1], structure[1])
        return (structure[0] == "and" and any(self.follows(each, other) for each in structure[1:])) or (
            target[0] == "or" and any(self.follows(one, each) for each in target[1:])
        )
