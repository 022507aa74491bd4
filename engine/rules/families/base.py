"""What every rule name offers. A new one = an entry of a file beside this and nothing else.

Scalars compare one value, per-line ones a value of each line, item ones (`items.py`) the lines themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from engine.reasons import ReasonKey
from engine.rules.operators import Clock, test
from engine.rules.tree import Rule

if TYPE_CHECKING:
    from engine.situation import Situation


class Group(StrEnum):
    """Which refusal a failing rule gives. Contract: 11.6."""

    CUSTOMER = ReasonKey.CUSTOMER_RULES.value
    ORDER = ReasonKey.ORDER_RULES.value
    REDEMPTION = ReasonKey.REDEMPTION_RULES.value


class Kind(StrEnum):
    """What the operands of a rule are, and how its figures are written."""

    MONEY = "money"
    UNITS = "units"
    NUMBER = "number"
    COUNT = "count"
    ID = "id"
    FREE = "free"
    FLAG = "flag"
    ITEM = "item"
    TIME = "time"


UNDECIDED = object()
"""The value is about the result, which is not computed yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """What a rule is judged on. `matched` are the lines that the rule above it found, None = no rule above.

    `is_each`: a question about matched lines must hold for every one of them.
    """

    situation: Situation
    matched: tuple[int, ...] | None = None
    is_each: bool = False

    @property
    def clock(self) -> Clock:
        return Clock(now=self.situation.snapshot.now, zone=self.situation.zone)


class Family(Protocol):
    """One rule name: what it reads and how it decides."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def group(self) -> Group: ...
    @property
    def facts(self) -> frozenset[str]: ...
    @property
    def needs_property(self) -> bool: ...
    @property
    def needs_conditions(self) -> bool: ...
    @property
    def is_about_result(self) -> bool: ...
    @property
    def is_counter(self) -> bool: ...
    @property
    def is_per_customer(self) -> bool: ...
    @property
    def is_negation(self) -> bool:
        """Holds when its lines and subrules together do not."""
        ...

    @property
    def is_each(self) -> bool:
        """Its subrules ask every matched line, not just one."""
        ...

    def test(self, scene: Scene, rule: Rule) -> bool | None:
        """Do the rule's own conditions hold? None = not decidable yet."""
        ...

    def matched(self, scene: Scene, rule: Rule) -> tuple[int, ...]:
        """Indices of the lines that its subrules are about."""
        ...

    def actual(self, scene: Scene, rule: Rule) -> Any:
        """The value compared, None = not there: for explanations."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Scalar:
    """One value against the conditions. `read` gives None when it is not there, or UNDECIDED."""

    name: str
    title: str
    kind: Kind
    group: Group
    read: Callable[[Scene, Rule], Any]
    facts: frozenset[str] = frozenset()
    needs_property: bool = False
    needs_conditions: bool = True
    is_about_result: bool = False
    is_counter: bool = False
    is_per_customer: bool = False
    is_negation: bool = False
    is_each: bool = False

    def test(self, scene: Scene, rule: Rule) -> bool | None:
        value = self.read(scene, rule)
        if value is UNDECIDED:
            return None
        clock = scene.clock
        return all(test(condition, value, clock) for condition in rule.conditions)

    def matched(self, scene: Scene, rule: Rule) -> tuple[int, ...]:
        return scene.matched or ()

    def actual(self, scene: Scene, rule: Rule) -> Any:
        value = self.read(scene, rule)
        return None if value is UNDECIDED else value


@dataclass(frozen=True, kw_only=True, slots=True)
class PerLine:
    """A value of each line; one line or every line (`every`, None = as the rule above says) must do.

    Without lines nothing holds.
    """

    name: str
    title: str
    kind: Kind
    group: Group
    read_line: Callable[[Scene, Rule, int], Any]
    every: bool | None = None
    facts: frozenset[str] = frozenset()
    needs_property: bool = False
    needs_conditions: bool = True
    is_about_result: bool = False
    is_counter: bool = False
    is_per_customer: bool = False
    is_negation: bool = False
    is_each: bool = False

    def test(self, scene: Scene, rule: Rule) -> bool | None:
        lines = lines_of(scene)
        passing = (self._passes(scene, rule, line) for line in lines)
        is_each = scene.is_each if self.every is None else self.every
        return bool(lines) and (all(passing) if is_each else any(passing))

    def matched(self, scene: Scene, rule: Rule) -> tuple[int, ...]:
        return tuple(line for line in lines_of(scene) if self._passes(scene, rule, line))

    def actual(self, scene: Scene, rule: Rule) -> Any:
        found = [self.read_line(scene, rule, line) for line in lines_of(scene)]
        return present(found)

    def _passes(self, scene: Scene, rule: Rule, line: int) -> bool:
        value, clock = self.read_line(scene, rule, line), scene.clock
        return all(test(condition, value, clock) for condition in rule.conditions)


def lines_of(scene: Scene) -> tuple[int, ...]:
    """The lines in question: those of the rule above, or all that were bought.

    Lines that an earlier discount added count for nothing (contract 11.4): no discount qualifies another.
    """
    if scene.matched is not None:
        return scene.matched
    before = scene.situation.before
    if before is None:
        return ()
    return tuple(index for index, line in enumerate(before.lines) if line.initial_quantity)


def quantity(scene: Scene, line: int) -> int:
    """Units that were bought, free ones of this request not counted."""
    before = scene.situation.before
    return 0 if before is None else before.lines[line].initial_quantity


def amount(scene: Scene, line: int) -> int | None:
    """What the bought units of the line are worth before discounts."""
    before = scene.situation.before
    return None if before is None else before.lines[line].initial_amount


def price(scene: Scene, line: int) -> int | None:
    """Unit price; of a line that only has an amount its share, half up to a whole minor unit."""
    before = scene.situation.before
    if before is None:
        return None
    state = before.lines[line]
    if state.price is not None or state.initial_amount is None or not state.initial_quantity:
        return state.price
    return (2 * state.initial_amount + state.initial_quantity) // (2 * state.initial_quantity)


def total(figures: Iterable[int | None]) -> int | None:
    """Their sum; None when there is none at all."""
    found = present(figures)
    return sum(found) if found else None


def present[T](values: Iterable[T | None]) -> list[T]:
    return [value for value in values if value is not None]
