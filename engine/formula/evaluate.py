"""A formula's value in a situation. Contract: 5.10."""

from __future__ import annotations

from decimal import Decimal, DecimalException, getcontext, localcontext
from typing import assert_never

from engine.formula.comparisons import holds, is_equal
from engine.formula.errors import NoValue
from engine.formula.functions import FUNCTIONS
from engine.formula.operands import OPERANDS
from engine.formula.scope import Scope
from engine.formula.syntax import DEFAULT_TO, IF
from engine.formula.tree import (
    Arithmetic,
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
from engine.formula.values import ARITHMETIC, Value, number, settled, truth


def value_of(root: Node, scope: Scope) -> Decimal | None:
    """The number that the formula is worth here, None when it has no value or is no number."""
    with localcontext(ARITHMETIC):
        try:
            return settled(number(_value(root, scope)))
        except (NoValue, DecimalException):
            return None


def _value(node: Node, scope: Scope) -> Value:
    match node:
        case Number(value=value):
            return value
        case Text(value=text):
            return text
        case Fact(name=name, key=key):
            return OPERANDS[name].read(scope, key)
        case Negative(of=inner):
            return -number(_value(inner, scope))
        case Sum(first=first, steps=steps) | Product(first=first, steps=steps):
            return _chain(number(_value(first, scope)), steps, scope)
        case Compared(test=test, left=left, right=right):
            return holds(test, _value(left, scope), _value(right, scope), scope.situation.zone)
        case Both(parts=parts):
            return all(truth(_value(part, scope)) for part in parts)
        case Either(parts=parts):
            return any(truth(_value(part, scope)) for part in parts)
        case Called(name=name, arguments=arguments):
            return _called(name, arguments, scope)
        case Switch():
            return _switch(node, scope)
        case Case():
            raise NoValue("a case has no value of its own")
        case _:
            assert_never(node)


def _chain(total: Decimal, steps: tuple[Step, ...], scope: Scope) -> Decimal:
    for step in steps:
        total = _step(step.sign, total, number(_value(step.part, scope)))
    return total


def _step(sign: Arithmetic, left: Decimal, right: Decimal) -> Decimal:
    match sign:
        case Arithmetic.PLUS:
            return left + right
        case Arithmetic.MINUS:
            return left - right
        case Arithmetic.TIMES:
            return left * right
        case Arithmetic.DIVIDED_BY:
            return getcontext().divide(left, right)
        case Arithmetic.REMAINDER:
            return left % right


def _called(name: str, arguments: tuple[Node, ...], scope: Scope) -> Value:
    if name == IF:
        condition, then, otherwise = arguments
        return _value(then if truth(_value(condition, scope)) else otherwise, scope)
    if name == DEFAULT_TO:
        return _first(arguments, scope)
    return FUNCTIONS[name].call(scope, [_value(argument, scope) for argument in arguments])


def _first(arguments: tuple[Node, ...], scope: Scope) -> Value:
    """The first argument that has a value."""
    for argument in arguments:
        try:
            return _value(argument, scope)
        except (NoValue, DecimalException):
            continue
    raise NoValue("no argument has a value")


def _switch(node: Switch, scope: Scope) -> Value:
    of = _value(node.of, scope)
    for case in node.cases:
        if is_equal(of, _value(case.when, scope), scope.situation.zone):
            return _value(case.then, scope)
    if node.default is None:
        raise NoValue("no case applies")
    return _value(node.default, scope)
