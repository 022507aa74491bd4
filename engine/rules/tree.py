"""A validation rule as the engine holds it: a tree of conditions, what it targets, its bundle.

Contract: 11.1 to 11.3, 5.3 to 5.5, 5.13. `rules.parse` makes it from the wire; `to_json` is the wire again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.applicability import Applicability
from engine.bundles import Bundle
from engine.codec import Json, encode
from engine.items import ItemRef


class Operator(StrEnum):
    """Wire values of the keys of `conditions`. Contract 11.3."""

    IS = "$is"
    IS_NOT = "$is_not"
    IN = "$in"
    NOT_IN = "$not_in"
    MORE_THAN = "$more_than"
    LESS_THAN = "$less_than"
    MORE_THAN_OR_EQUAL = "$more_than_or_equal"
    LESS_THAN_OR_EQUAL = "$less_than_or_equal"
    STARTS_WITH = "$starts_with"
    ENDS_WITH = "$ends_with"
    CONTAINS = "$contains"
    HAS_VALUE = "$has_value"
    IS_UNKNOWN = "$is_unknown"
    COUNT = "$count"
    COUNT_MORE = "$count_more"
    COUNT_LESS = "$count_less"
    NOT_DIFFER = "$not_differ"
    NOT_INTERSECT = "$not_intersect"
    FROM = "$from"
    AFTER = "$after"
    BEFORE = "$before"
    MORE_THAN_AGO = "$more_than_ago"
    LESS_THAN_AGO = "$less_than_ago"
    IS_DAYS_AGO = "$is_days_ago"
    MORE_THAN_FUTURE = "$more_than_future"
    LESS_THAN_FUTURE = "$less_than_future"
    IS_DAYS_IN_FUTURE = "$is_days_in_future"
    TIMEFRAME = "$timeframe"
    TIMEFRAME_ABSOLUTE = "$timeframe_absolute"
    TIMEFRAME_DAILY_HOURS = "$timeframe_daily_hours"
    DAY_OF_WEEK = "$dow"


type Operand = str | int | Decimal | bool | None | ItemRef | Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One operator with its operands; all conditions of a rule must hold."""

    operator: Operator
    operands: tuple[Operand, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """A name in a logic expression: the `key` of a rule beside it."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class All:
    """Every part holds; without parts it always does."""

    of: tuple[Logic, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Any_:
    """At least one part holds."""

    of: tuple[Logic, ...]


type Logic = Leaf | All | Any_


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One entry of `rules`: what is compared (`name`, for metadata with its `property`), with what.

    `rules` are subrules on what this rule matched (order lines), joined by `logic`.
    """

    key: str
    name: str
    property: str | None = None
    conditions: tuple[Condition, ...] = ()
    rules: tuple[Rule, ...] = ()
    logic: Logic = field(default_factory=lambda: All(of=()))
    error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSet:
    """A whole validation rule object. `wire` is what it was parsed from (rules, applicable_to, bundle_rules,
    error, id, name); two rule sets are equal when their trees are.

    `logic` holds only leaves that exist in `rules`; `error` is the marketer's text when it refuses.
    """

    id: str = ""
    name: str = ""
    rules: tuple[Rule, ...] = ()
    logic: Logic = field(default_factory=lambda: All(of=()))
    applicable_to: Applicability = field(default_factory=Applicability)
    bundle: Bundle | None = None
    error: str | None = None
    wire: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def to_json(self) -> dict[str, Json]:
        """The wire form that `rules.parse` reads back."""
        return {
            name: encode(value) if isinstance(value, Mapping) else value for name, value in self.wire.items()
        }
