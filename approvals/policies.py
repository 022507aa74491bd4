"""Who has to say yes to what: policies as data, held against the facts of an operation. No database here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final


class Operator(StrEnum):
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    IS = "is"
    IS_NOT = "is_not"
    IS_ANY_OF = "is_any_of"
    IS_NONE_OF = "is_none_of"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """`fact` is a registered name; `value` a number (money in minor units), a text, or a list of texts."""

    fact: str
    operator: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`needed` different people of the group say yes. `group` "": whoever holds `permission`."""

    name: str
    group: str = ""
    permission: str = "approvals.decide"
    needed: int = 1


@dataclass(frozen=True, kw_only=True)
class PolicyContent:
    """`operations` and `roles` empty: any. All conditions have to hold. Hours count from the request on;
    None: no due time, no reminder, nobody else is told.
    """

    operations: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    stages: tuple[Stage, ...] = ()
    due_hours: int | None = None
    remind_hours: int | None = None
    escalate_to: str = ""
    allows_emergency: bool = True

    def to_json(self) -> dict[str, Any]:
        return {name: _listed(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PolicyContent:
        return cls(
            **{
                **stored,
                "operations": tuple(stored.get("operations", ())),
                "roles": tuple(stored.get("roles", ())),
                "conditions": tuple(Condition(**one) for one in stored.get("conditions", ())),
                "stages": tuple(Stage(**one) for one in stored.get("stages", ())),
            }
        )


@dataclass(frozen=True, kw_only=True)
class PolicyInForce:
    """One active policy, as it is asked. `id` with `version` names what a request was filed under."""

    id: str
    name: str
    version: int
    content: PolicyContent


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Why one policy applies or does not: each condition with what was found and whether it holds."""

    policy: PolicyInForce
    applies: bool
    checks: tuple[tuple[Condition, Any, bool], ...]


@dataclass(frozen=True, kw_only=True)
class Needed:
    """The stages that a request has to pass, with the policies that ask for them. Hours: the shortest."""

    stages: tuple[Stage, ...]
    policies: tuple[PolicyInForce, ...] = ()

    def hours(self, name: str) -> int | None:
        found = [getattr(one.content, name) for one in self.policies]
        return min((hours for hours in found if hours is not None), default=None)

    @property
    def allows_emergency(self) -> bool:
        return all(one.content.allows_emergency for one in self.policies)


def judge(
    policy: PolicyInForce, *, operation: str | Sequence[str], role: str, facts: Mapping[str, Any]
) -> Judgement:
    """Hold one policy against an operation, by its name or all its names. A fact that is not known fulfils
    only `is_not`, `is_none_of`.
    """
    content = policy.content
    names = [operation] if isinstance(operation, str) else operation
    concerns = (not content.operations or any(name in content.operations for name in names)) and (
        not content.roles or role in content.roles
    )
    checks = tuple((one, facts.get(one.fact), _holds(one, facts.get(one.fact))) for one in content.conditions)
    return Judgement(policy=policy, applies=concerns and all(ok for _, _, ok in checks), checks=checks)


def needed(
    policies: Iterable[PolicyInForce],
    *,
    operation: str | Sequence[str],
    role: str,
    facts: Mapping[str, Any],
) -> Needed | None:
    """All policies that apply together: their stages in order, a group once, with the most people asked."""
    applying = [one for one in policies if judge(one, operation=operation, role=role, facts=facts).applies]
    stages = joined(stage for one in applying for stage in one.content.stages)
    return Needed(stages=stages, policies=tuple(applying)) if stages else None


def joined(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    found: dict[tuple[str, str], Stage] = {}
    for stage in stages:
        key = (stage.group, "" if stage.group else stage.permission)
        if key not in found or found[key].needed < stage.needed:
            found[key] = stage
    return tuple(found.values())


def _holds(condition: Condition, found: Any) -> bool:
    return _TESTS[Operator(condition.operator)](found, condition.value)


def _number(test: Callable[[Decimal, Decimal], bool]) -> Callable[[Any, Any], bool]:
    def holds(found: Any, wanted: Any) -> bool:
        numbers = [Decimal(str(one)) for one in _values(found)]
        return any(test(number, Decimal(str(wanted))) for number in numbers)

    return holds


def _values(found: Any) -> Sequence[Any]:
    if found is None:
        return []
    return found if isinstance(found, list | tuple) else [found]


def _is_any_of(found: Any, wanted: Any) -> bool:
    return any(one in _values(wanted) for one in _values(found))


_TESTS: Final[dict[Operator, Callable[[Any, Any], bool]]] = {
    Operator.AT_LEAST: _number(lambda found, wanted: found >= wanted),
    Operator.MORE_THAN: _number(lambda found, wanted: found > wanted),
    Operator.AT_MOST: _number(lambda found, wanted: found <= wanted),
    Operator.LESS_THAN: _number(lambda found, wanted: found < wanted),
    Operator.IS: _is_any_of,
    Operator.IS_ANY_OF: _is_any_of,
    Operator.IS_NOT: lambda found, wanted: not _is_any_of(found, wanted),
    Operator.IS_NONE_OF: lambda found, wanted: not _is_any_of(found, wanted),
}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
