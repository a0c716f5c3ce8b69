"""What the typed text looks like, beside what it means: operators in lower case, brackets and quotes left out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from workers.rules.language.lint_note import Code, Note
from workers.rules.language.normalise import normalise
from workers.rules.language.refusal import shown
from workers.rules.language.scanner import Scanner
from workers.rules.language.tokens import FIELDS, Kind, Source, Token
from workers.rules.language.tree import CODE_FIELDS, NUMBER_FIELDS, Exact, Number, Query, Stem, Word

_OPERATORS = ("and", "or", "not", "near")
_COUNTED = re.compile(r"(near|w|pre|onear|atleast|any)/(\d{1,4}|[sp])", re.IGNORECASE)
_NAMES = frozenset(
    {
        *("antigua barbuda", "bed breakfast", "bosnia herzegovina", "dun bradstreet", "ernst young", "johnson johnson"),
        *("kitts nevis", "law order", "marks spencer", "newfoundland labrador", "principe tome", "procter gamble"),
        *("standard poor", "tome principe", "trinidad tobago", "turks caicos", "tyne wear", "vincent the"),
        *("wallis futuna",),
    }
)
"""What stands on both sides of an `and` that belongs to a name."""
_IMPLIED_MAX = 3
_ENDS_IN_QUESTION = re.compile(r"\?+(?=[\s\"'.!]*$)")
_LIKE_TEST = re.compile(r"([^\W\d_][\w-]*)(?:\s*([<>]=?|=[<>])\s*|(=))(\d[\w.,:-]*)")
_NAME_MAX = 40
_NOT_SIGNS = re.compile(r"[\w\s'’‘ʼ*?~=\"]+")
_SENTENCE_MARKS = frozenset(".,;:!-–—…()[]/")  # in quotes nobody takes them for letters


@dataclass(slots=True)
class _Bracket:
    """What stands in an open bracket so far, or in an item of ANY."""

    ands: int = 0
    ors: int = 0
    start: int = -1  # of the operands that AND joins
    end: int = 0
    group: tuple[int, int] | None = None  # the first such operands, two or more
    run: list[Token] = field(default_factory=list)  # pieces side by side, without quotes
    after_operand: bool = False

    def end_and(self) -> None:
        """At OR, and at the end."""
        if self.ands and self.group is None:
            self.group = (self.start, self.end)
        self.ands, self.start = 0, -1


def typed(text: str) -> Iterator[Note]:
    """The notes, in no order. `text` is a rule that can be read. Time in proportion to it."""
    yield from _Typed(text).notes()


class _Typed:
    def __init__(self, text: str) -> None:
        self._text = text
        self._source = Source(normalise(text))
        self._tokens = _without_codes(Scanner(self._source).tokens())
        self._brackets = [_Bracket()]
        self._told_to = 0  # what begins before it is spoken of

    def notes(self) -> Iterator[Note]:
        """All, in one pass."""
        for at, token in enumerate(self._tokens):
            bracket = self._brackets[-1]
            if token.kind is Kind.PLACES and not self._quoted(token) and _words(token) and token.text[0] != "@":
                bracket.run.append(token)
            elif token.kind is not Kind.PLACES or token.nodes:
                yield from self._implied(bracket)
            if token.kind is Kind.PLACES:
                yield from self._of_places(at, token)
            yield from self._structure(token)

    def _structure(self, token: Token) -> Iterator[Note]:
        bracket = self._brackets[-1]
        match token.kind:
            case Kind.OPEN:
                self._operand(bracket, token)
                self._brackets.append(_Bracket())
            case Kind.CLOSE | Kind.END | Kind.COMMA:
                yield from self._mixed(bracket)
                self._brackets.pop()
                if token.kind is Kind.COMMA:
                    self._brackets.append(_Bracket())
                elif self._brackets:
                    self._operand(self._brackets[-1], token)
            case Kind.OR:
                bracket.end_and()
                bracket.ors += 1
                bracket.after_operand = False
            case Kind.AND:
                bracket.ands += 1
                bracket.after_operand = False
            case Kind.NOT:
                bracket.ands += bracket.after_operand
                self._operand(bracket, token)
                bracket.after_operand = False
            case _:
                self._operand(bracket, token)

    @staticmethod
    def _operand(bracket: _Bracket, token: Token) -> None:
        if bracket.start < 0:
            bracket.start = token.start
        bracket.end = token.end
        bracket.after_operand = True

    def _mixed(self, bracket: _Bracket) -> Iterator[Note]:
        bracket.end_and()
        if bracket.ors and bracket.group is not None:
            told = "AND and OR stand side by side without brackets: AND binds tighter"
            group = shown(self._source.text[slice(*bracket.group)])
            yield self._note(Code.MIXED_AND_OR, *bracket.group, told, f"write ({group}), or put the OR in brackets")

    def _implied(self, bracket: _Bracket) -> Iterator[Note]:
        run, bracket.run = bracket.run, []
        if len(run) > 1 and sum(map(_words, run)) > _IMPLIED_MAX:
            start, end = run[0].start, run[-1].end
            told = f"words side by side are one phrase: this one has {sum(map(_words, run))} words"
            written = shown(self._source.text[start:end])
            proposal = f'write "{written}" if it is a phrase, or AND between what only has to be there'
            yield self._note(Code.LONG_IMPLIED_PHRASE, start, end, told, proposal)

    def _of_places(self, at: int, token: Token) -> Iterator[Note]:
        if self._quoted(token):
            yield from self._of_quote(token)
            return
        if token.start < self._told_to:
            return
        test = self._like_test(token)
        if test:
            yield test
            return
        counted = _COUNTED.fullmatch(token.text)
        if token.text.lower() in _OPERATORS and not self._belongs_to_name(at):
            upper = token.text.upper() + ("/5" if token.text.lower() == "near" else "")
            proposal = f"write {upper} for the operator, or put the phrase in quotes"
            told = f"{shown(token.text)} in lower case is a word to look for"
            yield self._note(Code.LOWER_CASE_OPERATOR, token.start, token.end, told, proposal)
        elif counted:
            told = f"{shown(token.text)} in lower case is words to look for"
            proposal = f"write {token.text.upper()} for the operator, or put the words in quotes"
            yield self._note(Code.LOWER_CASE_OPERATOR, token.start, token.end, told, proposal)
        else:
            yield from self._of_piece(at, token)

    def _like_test(self, token: Token) -> Note | None:
        """`urgencyy<=3`: signs only separate words, so these are words side by side."""
        found = _LIKE_TEST.match(self._source.text, token.start)
        if not found or any(isinstance(each, Number) for each in token.nodes):
            return None
        name, comparison = found[1], found[2] or found[3]
        value = found[4].rstrip(",.:-")
        self._told_to = found.end()
        near = difflib.get_close_matches(name[:_NAME_MAX].lower(), NUMBER_FIELDS, n=1)
        what = "has no number" if name in FIELDS else "is no field"
        told = f"this looks like a test of a number, but {shown(name)} {what}: it is words to look for"
        proposal = "only urgency and words are compared with a number; put the words in quotes if they are meant"
        if near:
            proposal = f"did you mean {near[0]}{comparison}{shown(value)}?"
        return self._note(Code.LOOKS_LIKE_TEST, token.start, found.start(4) + len(value), told, proposal)

    def _of_quote(self, token: Token) -> Iterator[Note]:
        inner = token.end - 1 - len(token.text)
        found = _ENDS_IN_QUESTION.search(token.text)
        if found:
            told = "? at the end stands for one more letter, not for a question"
            proposal = "take it out, or keep it if the word goes on by one letter"
            yield self._note(Code.QUESTION_MARK_ENDS_QUOTE, inner + found.start(), inner + found.end(), told, proposal)
        for start, end in self._gaps(token):
            signs = [each for each in self._text[start:end] if not each.isspace() and _is_sign(each)]
            if any(each not in _SENTENCE_MARKS for each in signs):
                yield self._separates(start, end, "".join(signs))
                return

    def _of_piece(self, at: int, token: Token) -> Iterator[Note]:
        followed = self._tokens[at + 1].kind is Kind.PLACES and self._tokens[at + 1].start > token.end
        for number, (start, end) in enumerate(gaps := list(self._gaps(token))):
            signs = [each for each in self._text[start:end] if _is_sign(each)]
            inside = 0 < number < len(gaps) - 1
            last = number == len(gaps) - 1
            if any(inside or each not in _SENTENCE_MARKS or (last and followed and each in ",;/") for each in signs):
                yield self._separates(start, end, "".join(signs))
                return

    def _gaps(self, token: Token) -> Iterator[tuple[int, int]]:
        """Before the first word, between words and behind the last, as typed; what has no word is one gap."""
        at, end = self._source.span(token.start, token.end)
        for node in token.nodes:
            if not isinstance(node, Word | Stem | Exact) and not hasattr(node, "pattern"):
                return
            yield at, max(at, node.span.start)
            at = max(at, node.span.end)
        yield at, max(at, end)

    def _separates(self, start: int, end: int, signs: str) -> Note:
        told = f"{shown(signs)} is not looked for: it only separates words"
        proposal = "write the words in quotes if they stand side by side, or an operator between them"
        return Note(Code.PUNCTUATION_SEPARATES, start, end, told, proposal)

    def _belongs_to_name(self, at: int) -> bool:
        """`Bosnia and Herzegovina`."""
        if self._tokens[at].text.lower() != "and" or at == 0:
            return False
        before, behind = self._tokens[at - 1], self._tokens[at + 1]
        if not (before.nodes and behind.nodes):
            return False
        sides = (before.nodes[-1], behind.nodes[0])
        return " ".join(each.text for each in sides if isinstance(each, Word)) in _NAMES

    def _quoted(self, token: Token) -> bool:
        return self._source.text[token.end - 1 : token.end] == '"'

    def _note(self, code: Code, start: int, end: int, told: str, proposal: str) -> Note:
        return Note(code, *self._source.span(start, end), told, proposal)


def _without_codes(tokens: Iterator[Token]) -> list[Token]:
    """The tokens, without those of language and country codes behind their field."""
    kept: list[Token] = []
    for token in tokens:
        kept.append(token)
        if token.kind is Kind.FIELD and token.text in CODE_FIELDS and next(tokens).kind is Kind.OPEN:
            while next(tokens).kind is not Kind.CLOSE:
                pass
    return kept


def _is_sign(character: str) -> bool:
    return not _NOT_SIGNS.fullmatch(character) or character == "_"


def _words(token: Token) -> int:
    """How many words a reader sees: letters that are words of their own count as one."""
    words, last = 0, False
    for node in token.nodes:
        if not _is_term(node):
            return 0
        alone = isinstance(node, Word) and len(node.text) == 1 and node.text > "\u0e00"
        words += not (alone and last)
        last = alone
    return words


def _is_term(node: Query) -> bool:
    return isinstance(node, Word | Stem | Exact) or hasattr(node, "pattern")
