"""What an effect works with at its turn: the draft of the order, targets, formulas, the bundle count."""

from __future__ import annotations

from collections.abc import Set
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from engine.applicability import Applicability, Entry, groups
from engine.basket import LineState
from engine.caps import NO_CAPS, Caps
from engine.draft import Draft
from engine.effects import dynamic
from engine.formula import Scope
from engine.picking import Picked, pick
from engine.stacking_rules import CalculationMode
from engine.unit_limits import UnitMeter, limited

if TYPE_CHECKING:
    from engine.situation import Situation

type Target = tuple[Entry, list[Picked]]
"""An entry and its picked units in application order."""


type Note = tuple[Entry, int, int]
"""(entry, line index, units): so many units of the line were discounted under the entry."""


class Turn:
    """One step. `bundles` multiplies what contract 5.13 says; it is 1 where no bundle is asked for.

    `lines` are those before the step. `picks` and `notes` tell what was discounted, for the answer and the
    counters of units; `meter` keeps the limits over the life of a campaign, once there are any, `caps` are
    those of budgets.
    `discounted_units` counts each unit once, free ones included.
    """

    __slots__ = (
        "_formulas",
        "barred",
        "bundles",
        "caps",
        "credits_taken",
        "discounted_units",
        "draft",
        "is_initial",
        "lines",
        "meter",
        "notes",
        "picks",
        "situation",
        "targets",
    )

    def __init__(
        self,
        situation: Situation,
        mode: CalculationMode,
        targets: Applicability | None,
        barred: Set[int] = frozenset(),
        bundles: int = 1,
        caps: Caps = NO_CAPS,
    ) -> None:
        self.situation: Final = situation
        self.lines: Final[tuple[LineState, ...]] = () if situation.before is None else situation.before.lines
        self.is_initial: Final = mode is CalculationMode.INITIAL_AMOUNT
        self.targets: Final = targets
        self.barred: Final = barred
        self.bundles: Final = bundles
        self.caps: Final = caps
        self.draft: Final = Draft(situation.before, caps.money)
        self.discounted_units = 0
        self._formulas: Scope | None = None
        self.credits_taken: int | None = None
        self.picks: list[Target] | None = None
        self.notes: list[Note] = []
        self.meter: UnitMeter | None = None

    def chosen(self) -> list[Target]:
        """The picked units of every entry, without limits on their number. Contract 5.3, 5.4."""
        if self.targets is None:
            return []
        lines = self.lines
        found = groups(self.targets, self.situation.lines, self.barred)
        self.picks = [(group.entry, pick(group.entry, group.indices, lines)) for group in found]
        return self.picks

    def chosen_units(self, *, per_bundle: bool = False) -> list[Target]:
        """The same within the limits on units; `per_bundle`: so many units for every bundle."""
        self.picks = [(entry, self.within_limits(entry, picks, per_bundle)) for entry, picks in self.chosen()]
        return self.picks

    def within_limits(self, entry: Entry, picks: list[Picked], per_bundle: bool = False) -> list[Picked]:
        """`picks` of `entry`, cut to its limits on units."""
        bundles = self.bundles if per_bundle else 1
        if entry.unit_limits and self.meter is None:
            self.meter = UnitMeter(self.situation.candidate)
        return limited(entry, picks, self.situation.lines, self.meter, self.number, bundles)

    def base(self, index: int) -> int:
        """What a discount on the line is calculated from: subtotal or initial amount. Contract 5.2."""
        line = self.lines[index]
        if line.amount is None:
            return 0
        return (line.initial_amount or 0) if self.is_initial else line.amount - line.discount_amount

    def note(self, entry: Entry, index: int, units: int) -> None:
        """`units` of a line were discounted under `entry`."""
        self.notes.append((entry, index, units))
        self.discounted_units += units

    def units_within(self, units: int) -> int:
        """Of `units` those for which the cap leaves room."""
        most = self.caps.units
        return units if most is None else min(units, max(0, most - self.discounted_units))

    def money_within(self, amount: int) -> int:
        """Of `amount` what the cap allows, where nothing is taken off an order."""
        return amount if self.caps.money is None else min(amount, self.caps.money)

    def money(self, static: int, formula: str | None, index: int | None = None) -> int:
        """An amount in minor units: the formula's value, else the static one."""
        return static if formula is None else dynamic.money(self._scope(index), formula, static)

    def percent(self, static: Decimal, formula: str | None, index: int | None = None) -> Decimal:
        """A percentage from 0 to 100, times the bundles."""
        value = static if formula is None else dynamic.percent(self._scope(index), formula, static)
        return value if self.bundles == 1 else min(Decimal(100), value * self.bundles)

    def number(self, static: int | None, formula: str | None, index: int | None = None) -> int | None:
        """A number of units, None = no limit."""
        return static if formula is None else dynamic.units(self._scope(index), formula, static)

    def _scope(self, index: int | None) -> Scope:
        """Where formulas read; one for the whole turn, so that the extreme lines are looked for once."""
        if self._formulas is None:
            self._formulas = Scope(self.situation)
        return self._formulas if index is None else self._formulas.at_line(index)
