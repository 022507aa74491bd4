"""A formula as a tree. Chains are flat (`1 + 2 + 3` is one `Sum`): depth is what people nest, not length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Arithmetic(StrEnum):
    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    DIVIDED_BY = "/"
    REMAINDER = "%"


class Comparison(StrEnum):
    """Two-sided tests, as they are written."""

    MORE = ">"
    LESS = "<"
    EQUAL = "="
    AT_LEAST = ">="
    AT_MOST = "<="
    IS = "is"
    IS_NOT = "isNot"
    CONTAINS = "contains"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    IN_ARRAY = "IN_ARRAY"
    NOT_IN_ARRAY = "NOT_IN_ARRAY"
    DATE_IS = "DATE_IS"
    DATE_IS_NOT = "DATE_IS_NOT"
    IS_AFTER = "IS_AFTER"
    IS_BEFORE = "IS_BEFORE"


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """An operand such as ORDER_AMOUNT; `key` is the property for those that read metadata."""

    name: str
    key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Negative:
    of: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One more part of a `Sum` or `Product`."""

    sign: Arithmetic
    part: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    first: Node
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    first: Node
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    test: Comparison
    left: Node
    right: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Both:
    """AND: every part is true."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Either:
    """OR: at least one part is true."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """SWITCH_CASE(when;then)"""

    when: Node
    then: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Switch:
    """SWITCH(of;cases;default)"""

    of: Node
    cases: tuple[Case, ...]
    default: Node | None = None


type Node = (
    Number | Text | Fact | Negative | Sum | Product | Compared | Both | Either | Called | Case | Switch
)


def children(node: Node) -> tuple[Node, ...]:
    """The parts of `node`, in reading order."""
    match node:
        case Negative(of=inner):
            return (inner,)
        case Sum(first=first, steps=steps) | Product(first=first, steps=steps):
            return (first, *(step.part for step in steps))
        case Compared(left=left, right=right):
            return (left, right)
        case Both(parts=parts) | Either(parts=parts) | Called(arguments=parts):
            return parts
        case Case(when=when, then=then):
            return (when, then)
        case Switch(of=of, cases=cases, default=default):
            return (of, *cases) if default is None else (of, *cases, default)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything in it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(children(current))
