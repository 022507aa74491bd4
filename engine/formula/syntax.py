"""A formula's text read into its tree, by recursive descent. Contract: 5.10.

From loose to tight: OR, AND, comparisons, + and -, * / and %, a leading minus, brackets and functions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from typing import Final

from engine.formula import dates
from engine.formula.errors import FormulaSyntaxError, NoValue
from engine.formula.functions import FUNCTIONS, UNBOUNDED
from engine.formula.operands import OPERANDS
from engine.formula.tokens import Kind, Token, tokens
from engine.formula.tree import (
    Arithmetic,
    Both,
    Called,
    Case,
    Compared,
    Comparison,
    Either,
    Fact,
    Negative,
    Node,
    Number,
    Product,
    Step,
    Sum,
    Switch,
    Text,
)

DEEPEST: Final = 20
"""Brackets, functions and leading minuses inside one another (contract 5.10)."""
MOST_PARTS: Final = 500
"""Operands and functions of a formula. Each is calculated at most once, so this bounds the work too."""

IF, DEFAULT_TO, SWITCH, SWITCH_CASE = "IF", "DEFAULT_TO", "SWITCH", "SWITCH_CASE"
_CHOICES: Final = {IF: (3, 3), DEFAULT_TO: (1, UNBOUNDED)}
_AND, _OR = "AND", "OR"
_SUMS: Final = ("+", "-")
_PRODUCTS: Final = ("*", "/", "%")
_COMPARISONS: Final = {test.value.casefold(): test for test in Comparison}
_DATE_LITERALS: Final = ("DATE", "DATE_TIME")


def parse_text(text: str) -> Node:
    """:raises FormulaSyntaxError: it is not a formula; the message says where and what was expected."""
    reader = _Reader(tokens(text))
    if reader.is_at_end():
        raise FormulaSyntaxError("the formula is empty", 0)
    root = reader.either()
    if not reader.is_at_end():
        raise reader.unexpected("an operator or the end")
    return root


class _Reader:
    def __init__(self, found: tuple[Token, ...]) -> None:
        self._tokens = found
        self._next = 0
        self._depth = 0
        self._parts = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._next]

    def is_at_end(self) -> bool:
        return self.token.kind is Kind.END

    def either(self) -> Node:
        parts = self._joined(_OR, self._both)
        return parts[0] if len(parts) == 1 else Either(parts=parts)

    def unexpected(self, expected: str) -> FormulaSyntaxError:
        token = self.token
        if self.is_at_end():
            return FormulaSyntaxError(f"the formula ends where {expected} is expected", token.position)
        return FormulaSyntaxError(f"{expected} is expected, not {token.text[:40]!a}", token.position)

    def _both(self) -> Node:
        parts = self._joined(_AND, self._comparison)
        return parts[0] if len(parts) == 1 else Both(parts=parts)

    def _joined(self, word: str, part: Callable[[], Node]) -> tuple[Node, ...]:
        parts = [part()]
        while self._is_word(word):
            self._take()
            parts.append(part())
        return tuple(parts)

    def _comparison(self) -> Node:
        left = self._sum()
        test = self._comparison_ahead()
        if test is None:
            return left
        self._take()
        right = self._sum()
        if self._comparison_ahead() is not None:
            raise FormulaSyntaxError("join comparisons with AND", self.token.position)
        return Compared(test=test, left=left, right=right)

    def _comparison_ahead(self) -> Comparison | None:
        if self.token.kind not in (Kind.SIGN, Kind.NAME):
            return None
        return _COMPARISONS.get(self.token.text.casefold())

    def _sum(self) -> Node:
        first, steps = self._chain(_SUMS, self._product)
        return Sum(first=first, steps=steps) if steps else first

    def _product(self) -> Node:
        first, steps = self._chain(_PRODUCTS, self._signed)
        return Product(first=first, steps=steps) if steps else first

    def _chain(self, signs: tuple[str, ...], part: Callable[[], Node]) -> tuple[Node, tuple[Step, ...]]:
        first = part()
        steps = []
        while self.token.kind is Kind.SIGN and self.token.text in signs:
            sign = Arithmetic(self._take().text)
            steps.append(Step(sign=sign, part=part()))
        return first, tuple(steps)

    def _signed(self) -> Node:
        if not self._is_sign("-"):
            return self._single()
        self._descend()
        self._take()
        inner = self._signed()
        self._depth -= 1
        return Negative(of=inner)

    def _single(self) -> Node:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise FormulaSyntaxError(f"a formula has at most {MOST_PARTS} parts", self.token.position)
        if self.token.kind is Kind.NUMBER:
            return Number(value=Decimal(self._take().text))
        if self.token.kind is Kind.TEXT:
            return Text(value=self._take().text)
        if self.token.kind is Kind.NAME:
            return self._named()
        if not self._is_sign("("):
            raise self.unexpected("a value")
        self._descend()
        self._take()
        inner = self.either()
        self._close()
        return inner

    def _named(self) -> Node:
        start = self._take()
        name = start.text.upper()
        operand = OPERANDS.get(name)
        if operand is not None:
            return Fact(name=name, key=self._key() if operand.has_key else None)
        test = _COMPARISONS.get(start.text.casefold())
        function = FUNCTIONS.get(name)
        if name == SWITCH:
            return self._switch()
        if name in _CHOICES:
            return self._called(start, name, *_CHOICES[name])
        if function is not None:
            return self._called(start, name, function.fewest, function.most)
        if test is not None and self._is_sign("("):
            left, right = self._arguments(start, 2, 2)
            return Compared(test=test, left=left, right=right)
        if name == SWITCH_CASE:
            raise FormulaSyntaxError("SWITCH_CASE stands inside of SWITCH", start.position)
        raise FormulaSyntaxError(f"{start.text[:40]!a} is not known", start.position)

    def _called(self, start: Token, name: str, fewest: int, most: int) -> Node:
        arguments = self._arguments(start, fewest, most)
        if name in _DATE_LITERALS and isinstance(arguments[0], Text):
            _refuse_bad_date(arguments[0].value, start.position)
        return Called(name=name, arguments=arguments)

    def _arguments(self, start: Token, fewest: int, most: int) -> tuple[Node, ...]:
        self._open()
        found = []
        if not self._is_sign(")"):
            found.append(self.either())
        while self._is_sign(";"):
            self._take()
            found.append(self.either())
        self._close()
        if not fewest <= len(found) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} or more" if most == UNBOUNDED else "1 or 2"
            message = f"{start.text} takes {wanted} arguments separated by ;, not {len(found)}"
            raise FormulaSyntaxError(message, start.position)
        return tuple(found)

    def _switch(self) -> Node:
        self._open()
        of = self.either()
        self._expect(";")
        cases = [self._case()]
        default = None
        while not self._is_sign(")"):
            if self._is_sign(";"):
                self._take()
            if self._is_word(SWITCH_CASE):
                cases.append(self._case())
                continue
            default = self.either()
            break
        self._close()
        return Switch(of=of, cases=tuple(cases), default=default)

    def _case(self) -> Case:
        if not self._is_word(SWITCH_CASE):
            raise self.unexpected("SWITCH_CASE")
        when, then = self._arguments(self._take(), 2, 2)
        return Case(when=when, then=then)

    def _key(self) -> str:
        self._open()
        if self.token.kind is not Kind.TEXT:
            raise self.unexpected('the name of a property in "quotes"')
        key = self._take().text
        self._close()
        return key

    def _open(self) -> None:
        self._descend()
        self._expect("(")

    def _close(self) -> None:
        self._expect(")")
        self._depth -= 1

    def _descend(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaSyntaxError(f"a formula is at most {DEEPEST} brackets deep", self.token.position)

    def _expect(self, sign: str) -> None:
        if not self._is_sign(sign):
            raise self.unexpected(sign)
        self._take()

    def _take(self) -> Token:
        token = self.token
        self._next += 1
        return token

    def _is_sign(self, sign: str) -> bool:
        return self.token.kind is Kind.SIGN and self.token.text == sign

    def _is_word(self, word: str) -> bool:
        return self.token.kind is Kind.NAME and self.token.text.upper() == word


def _refuse_bad_date(text: str, position: int) -> None:
    try:
        dates.moment(text, UTC)
    except NoValue as error:
        raise FormulaSyntaxError(f"{text[:40]!a} is not an ISO 8601 date", position) from error
