"""What the content of a policy may say: every mistake is refused by the name of its property.

No database here: that a group exists and has people is asked in `approvals.selectors.staffing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from approvals import registry
from approvals.policies import Condition, Operator, PolicyContent, Stage
from approvals.registry import FactType
from core.actors import Role
from core.errors import InvalidPayload

MOST_CONDITIONS: Final = 20
MOST_STAGES: Final = 10
MOST_PEOPLE: Final = 10
MOST_TEXTS: Final = 100
LONGEST_TEXT: Final = 200
MOST_HOURS: Final = 24 * 366
_LARGEST: Final = 10**15
ANYBODY: Final = "approvals.decide"
"""The permission of a stage without a group: everybody who decides about requests."""

NUMBERS: Final = frozenset({"number", "money", "percent"})
_OF_NUMBERS: Final = (Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN)
OPERATORS: Final[Mapping[str, tuple[Operator, ...]]] = {
    "number": _OF_NUMBERS,
    "money": _OF_NUMBERS,
    "percent": _OF_NUMBERS,
    "texts": (Operator.IS_ANY_OF, Operator.IS_NONE_OF, Operator.IS, Operator.IS_NOT),
    "yes_no": (Operator.IS,),
}
_LISTS: Final = (Operator.IS_ANY_OF, Operator.IS_NONE_OF)


def parse(sent: Any) -> PolicyContent:
    """The content as JSON -> the content, checked. Lists and hours that are not sent are empty.

    :raises InvalidPayload: what does not fit, by its property.
    """
    given = _object(sent, "content", PolicyContent)
    content = PolicyContent(
        **{
            **given,
            "operations": _texts(given.get("operations", ()), "operations"),
            "roles": _texts(given.get("roles", ()), "roles"),
            "conditions": tuple(
                Condition(**_object(one, f"conditions[{i}]", Condition))
                for i, one in enumerate(_list(given.get("conditions", ()), "conditions"))
            ),
            "stages": tuple(
                Stage(**_object(one, f"stages[{i}]", Stage))
                for i, one in enumerate(_list(given.get("stages", ()), "stages"))
            ),
        }
    )
    return checked(content)


def checked(content: PolicyContent) -> PolicyContent:
    """The content as it is kept: numbers plain, stages named, nothing twice.

    :raises InvalidPayload: what does not fit, by its property.
    """
    known = {one.name for one in registry.operations()}
    _known(content.operations, known, "operations", "operation")
    _known(content.roles, set(Role), "roles", "role")
    _at_most(content.conditions, MOST_CONDITIONS, "conditions")
    _at_most(content.stages, MOST_STAGES, "stages")
    if not content.stages:
        raise InvalidPayload("Property .stages is required: say who has to say yes")
    if not isinstance(content.allows_emergency, bool):
        raise InvalidPayload("Property .allows_emergency must be a boolean")
    if not isinstance(content.escalate_to, str):
        raise InvalidPayload("Property .escalate_to must be the name of a group")
    _hours(content)
    return replace(
        content,
        operations=tuple(dict.fromkeys(content.operations)),
        roles=tuple(dict.fromkeys(content.roles)),
        conditions=tuple(_condition(one, i) for i, one in enumerate(content.conditions)),
        stages=tuple(_stage(one, i) for i, one in enumerate(content.stages)),
    )


def _hours(content: PolicyContent) -> None:
    for name in ("due_hours", "remind_hours"):
        hours = getattr(content, name)
        is_number = isinstance(hours, int) and not isinstance(hours, bool)
        if hours is not None and not (is_number and 1 <= hours <= MOST_HOURS):
            raise InvalidPayload(f"Property .{name} must be a whole number from 1 to {MOST_HOURS}")
    due, remind = content.due_hours, content.remind_hours
    if due is not None and remind is not None and remind >= due:
        raise InvalidPayload("Property .remind_hours must be less than .due_hours")
    if content.escalate_to and due is None:
        raise InvalidPayload("Property .escalate_to needs .due_hours: say when a decision is overdue")


def _condition(one: Condition, i: int) -> Condition:
    at = f"conditions[{i}]"
    fact = registry.facts().get(one.fact)
    if fact is None:
        raise InvalidPayload(f"Property .{at}.fact names an unknown fact: {one.fact}")
    if one.operator not in OPERATORS[fact.kind]:
        allowed = ", ".join(OPERATORS[fact.kind])
        raise InvalidPayload(f"Property .{at}.operator must be one of {allowed}: {fact.label} is compared so")
    return replace(one, operator=str(one.operator), value=_value(one, fact, f"{at}.value"))


def _value(one: Condition, fact: FactType, at: str) -> Any:
    if fact.kind in NUMBERS:
        return _number(one.value, fact, at)
    if fact.kind == "yes_no":
        if not isinstance(one.value, bool):
            raise InvalidPayload(f"Property .{at} must be a boolean")
        return one.value
    if one.operator in _LISTS:
        texts = _texts(one.value, at)
        if not texts:
            raise InvalidPayload(f"Property .{at} must name at least one")
        return list(dict.fromkeys(_text(text, at) for text in texts))
    return _text(one.value, at)


def _number(value: Any, fact: FactType, at: str) -> Any:
    """Whole numbers as int, others as JSON has them."""
    try:
        number = Decimal("NaN") if isinstance(value, bool | None) else Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= _LARGEST:
        raise InvalidPayload(f"Property .{at} must be a number from 0 up")
    if number == number.to_integral_value():
        return int(number)
    if fact.kind != "percent":
        unit = " of minor units" if fact.kind == "money" else ""
        raise InvalidPayload(f"Property .{at} must be a whole number{unit}")
    if number != round(number, 2):
        raise InvalidPayload(f"Property .{at} must have two decimals at most")
    return float(number)


def _stage(one: Stage, i: int) -> Stage:
    at = f"stages[{i}]"
    if not isinstance(one.group, str) or not isinstance(one.name, str):
        raise InvalidPayload(f"Property .{at}.group must be the name of a group")
    is_number = isinstance(one.needed, int) and not isinstance(one.needed, bool)
    if not is_number or not 1 <= one.needed <= MOST_PEOPLE:
        raise InvalidPayload(f"Property .{at}.needed must be a whole number from 1 to {MOST_PEOPLE}")
    permissions = {ANYBODY, *(operation.permission for operation in registry.operations())}
    if one.permission not in permissions:
        raise InvalidPayload(f"Property .{at}.permission names an unknown permission: {one.permission}")
    name = _text(one.name, f"{at}.name") if one.name else one.group or "Whoever decides about requests"
    return replace(one, name=name)


def _object(sent: Any, at: str, shape: Any) -> dict[str, Any]:
    if not isinstance(sent, Mapping):
        raise InvalidPayload(f"Property .{at} must be an object")
    names = {one.name: one for one in fields(shape)}
    if unknown := sorted(str(name) for name in sent if name not in names):
        raise InvalidPayload(f"Property .{at}.{unknown[0]} is not known")
    if shape is Stage:
        return {"name": "", **sent}
    if shape is Condition and (missing := [name for name in names if name not in sent]):
        raise InvalidPayload(f"Property .{at}.{missing[0]} is required")
    return dict(sent)


def _list(sent: Any, at: str) -> list[Any]:
    if not isinstance(sent, list | tuple):
        raise InvalidPayload(f"Property .{at} must be an array")
    return list(sent)


def _texts(sent: Any, at: str) -> tuple[str, ...]:
    found = _list(sent, at)
    _at_most(found, MOST_TEXTS, at)
    if any(not isinstance(one, str) for one in found):
        raise InvalidPayload(f"Property .{at} must be an array of strings")
    return tuple(found)


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        raise InvalidPayload(f"Property .{at} must be a text of at most {LONGEST_TEXT} characters")
    return value


def _known(named: Iterable[str], known: set[Any], at: str, word: str) -> None:
    for one in named:
        if one not in known:
            raise InvalidPayload(f"Property .{at} names an unknown {word}: {one}")


def _at_most(found: Any, most: int, at: str) -> None:
    if len(found) > most:
        raise InvalidPayload(f"Property .{at} must have at most {most} items")
