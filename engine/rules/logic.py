"""Logic expressions over the keys of rules: "(1 and 2) or 3". Contract: 11.1.

`and` binds stronger than `or`; both in any letter case. An empty expression means that every rule holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.rules.errors import RuleSyntaxError
from engine.rules.tree import All, Any_, Leaf, Logic

LONGEST: Final = 2000
"""Characters of one expression."""
DEEPEST: Final = 20
"""Brackets within brackets."""

_TOKEN = re.compile(r"[()]|[^\s()]+")
_AND, _OR, _OPEN, _CLOSE = "and", "or", "(", ")"
_NOT_KEYS = {_AND, _OR, _OPEN, _CLOSE, ""}


def parse_logic(text: str | None, keys: Collection[str], *, path: str = "rules.logic") -> Logic:
    """The tree of `text` over `keys`; without text all keys, in their order.

    parse_logic("1 or 2 and 3", ["1", "2", "3"]) -> Any_(1, All(2, 3))

    :raises RuleSyntaxError: an unknown key, brackets or words in the wrong place, too long or deep.
    """
    if text is None or not text.strip():
        return All(of=tuple(Leaf(key=key) for key in keys))
    if len(text) > LONGEST:
        raise RuleSyntaxError(f"The logic is longer than {LONGEST} characters", path=path, position=LONGEST)
    tokens = [(match.group(), match.start()) for match in _TOKEN.finditer(text)]
    reader = _Reader(tokens=tokens, end=len(text), keys=frozenset(keys), path=path)
    found = reader.alternatives(0)
    if reader.at < len(tokens):
        raise reader.unexpected()
    return found


def print_logic(logic: Logic) -> str:
    """The expression that `parse_logic` reads back; "" for the one that always holds."""
    if isinstance(logic, Leaf):
        return logic.key
    word = f" {_AND} " if isinstance(logic, All) else f" {_OR} "
    return word.join(_bracketed(part) for part in logic.of)


def satisfied(logic: Logic, holds: Callable[[str], bool]) -> bool:
    """The truth of the whole, asking `holds(key)` from left to right and only as far as needed."""
    if isinstance(logic, Leaf):
        return holds(logic.key)
    if isinstance(logic, All):
        return all(satisfied(part, holds) for part in logic.of)
    return any(satisfied(part, holds) for part in logic.of)


def keys_of(logic: Logic) -> Iterator[str]:
    """The keys it names, from left to right, a key named twice twice."""
    if isinstance(logic, Leaf):
        yield logic.key
        return
    for part in logic.of:
        yield from keys_of(part)


def named[T](logic: Logic, by_key: Mapping[str, T]) -> tuple[T, ...]:
    """The rules that take part, in the order of `by_key`; a rule that the logic does not name is ignored."""
    wanted = set(keys_of(logic))
    return tuple(rule for key, rule in by_key.items() if key in wanted)


def can_be_named(key: str) -> bool:
    """May `key` stand in an expression?"""
    return key.lower() not in _NOT_KEYS and _TOKEN.fullmatch(key) is not None


def _bracketed(part: Logic) -> str:
    return part.key if isinstance(part, Leaf) else f"({print_logic(part)})"


@dataclass(kw_only=True, slots=True)
class _Reader:
    """Recursive descent; `at` is the next token."""

    tokens: Sequence[tuple[str, int]]
    end: int
    keys: frozenset[str]
    path: str
    at: int = 0

    def alternatives(self, depth: int) -> Logic:
        parts = [self._conjunction(depth)]
        while self._next_is(_OR):
            self.at += 1
            parts.append(self._conjunction(depth))
        return parts[0] if len(parts) == 1 else Any_(of=tuple(parts))

    def unexpected(self) -> RuleSyntaxError:
        if self.at >= len(self.tokens):
            return self._error("The logic ends too early", self.end)
        token, position = self.tokens[self.at]
        if token == _CLOSE:
            return self._error("The logic closes a bracket that is not open", position)
        return self._error(f"'{token[:40]}' is not expected here in the logic", position)

    def _conjunction(self, depth: int) -> Logic:
        parts = [self._part(depth)]
        while self._next_is(_AND):
            self.at += 1
            parts.append(self._part(depth))
        return parts[0] if len(parts) == 1 else All(of=tuple(parts))

    def _part(self, depth: int) -> Logic:
        if self.at >= len(self.tokens):
            raise self.unexpected()
        token, position = self.tokens[self.at]
        if token == _OPEN:
            return self._bracket(depth + 1, position)
        if token.lower() in _NOT_KEYS:
            raise self.unexpected()
        if token not in self.keys:
            raise self._error(f"The logic names rule '{token[:40]}', which does not exist", position)
        self.at += 1
        return Leaf(key=token)

    def _bracket(self, depth: int, position: int) -> Logic:
        if depth > DEEPEST:
            raise self._error(f"The logic nests brackets deeper than {DEEPEST}", position)
        self.at += 1
        inside = self.alternatives(depth)
        if not self._next_is(_CLOSE):
            if self.at >= len(self.tokens):
                raise self._error("The logic opens a bracket that is not closed", position)
            raise self.unexpected()
        self.at += 1
        return inside

    def _next_is(self, word: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][0].lower() == word

    def _error(self, message: str, position: int) -> RuleSyntaxError:
        return RuleSyntaxError(message, path=self.path, position=position)
