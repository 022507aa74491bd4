"""A formula's tree back as text; what comes out is read into the same tree."""

from __future__ import annotations

from collections.abc import Sequence

from engine.formula.tree import (
    Both,
    Called,
    Case,
    Compared,
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


def write(node: Node) -> str:
    """In the grammar's own spelling, with only the brackets that are needed."""
    match node:
        case Number(value=value):
            return f"{value:f}"
        case Text(value=value):
            return _quoted(value)
        case Fact(name=name, key=key):
            return name if key is None else f"{name}({_quoted(key)})"
        case Negative(of=inner):
            return f"-{_inside(inner, node)}"
        case Sum(first=first, steps=steps) | Product(first=first, steps=steps):
            return _inside(first, node) + "".join(_step(step, node) for step in steps)
        case Compared(test=test, left=left, right=right):
            return f"{_inside(left, node)} {test.value} {_inside(right, node)}"
        case Both(parts=parts):
            return " AND ".join(_inside(part, node) for part in parts)
        case Either(parts=parts):
            return " OR ".join(_inside(part, node) for part in parts)
        case Called(name=name, arguments=arguments):
            return f"{name}({_listed(arguments)})"
        case Case(when=when, then=then):
            return f"SWITCH_CASE({write(when)};{write(then)})"
        case Switch(of=of, cases=cases, default=default):
            last = "" if default is None else f";{write(default)}"
            return f"SWITCH({write(of)};{' '.join(write(case) for case in cases)}{last})"


_LOOSENESS = {Either: 6, Both: 5, Compared: 4, Sum: 3, Product: 2, Negative: 1}


def _inside(part: Node, whole: Node) -> str:
    """Brackets around what binds no tighter than what it stands in."""
    needs_none = _looseness(part) < _looseness(whole) or isinstance(part, Negative)
    return write(part) if needs_none else f"({write(part)})"


def _looseness(node: Node) -> int:
    return _LOOSENESS.get(type(node), 0)


def _step(step: Step, whole: Node) -> str:
    return f" {step.sign.value} {_inside(step.part, whole)}"


def _listed(nodes: Sequence[Node]) -> str:
    return ";".join(write(node) for node in nodes)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
