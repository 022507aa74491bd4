"""What one way to meet a promotion's rules asks for: literals that must all hold.

Lines of the order are described by scopes: which articles they hold. "Lines" are those with at least one
bought unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from engine.algebra.figures import ANY, Figures
from engine.algebra.shapes import Ground, Opaque
from engine.items import ItemRef
from engine.rules.tree import Condition

type Ref = tuple[str, str, str | None]
"""A product, SKU or collection: what it is, our id, the shop's id."""

type Term = tuple[frozenset[Ref], bool]
"""The article is one of these, or (False) none of them."""

type Scope = tuple[Term, ...]
"""All terms hold; () = every line."""

type Subject = tuple[str, str | None]
"""A rule name, for metadata with its property."""

EVERY_LINE: Scope = ()


def ref(item: ItemRef) -> Ref:
    return (item.object.value, item.id, item.source_id)


class Measure(Enum):
    """What is added up over lines. AMOUNT: price times quantity, none without a priced line."""

    UNITS = auto()
    AMOUNT = auto()
    LINES = auto()


@dataclass(frozen=True, slots=True)
class Ask:
    """`condition` holds for a value, or (not `positive`) does not."""

    condition: Condition
    positive: bool
    ground: Ground


@dataclass(frozen=True, slots=True)
class LineAsk:
    """The same of the metadata of a line (`of_product`: of its product)."""

    property: str
    of_product: bool
    ask: Ask


@dataclass(frozen=True, slots=True)
class Value:
    """A fact of the customer, the order or the call."""

    subject: Subject
    ask: Ask


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of the redemption."""

    ask: Ask


@dataclass(frozen=True, slots=True)
class Points:
    """Points that the customer pays for a reward."""

    figures: Figures
    ground: Ground


@dataclass(frozen=True, slots=True)
class Need:
    """There is a line in the scope, with this price and quantity and metadata.

    Needs with the same `apart` must not be met by the same line.
    """

    scope: Scope
    ground: Ground
    price: Figures = ANY
    quantity: Figures = ANY
    asks: tuple[LineAsk, ...] = ()
    apart: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """There is no line in the scope."""

    scope: Scope
    ground: Ground


@dataclass(frozen=True, slots=True)
class Each:
    """Every line in the scope is like this; there need not be one."""

    scope: Scope
    ground: Ground
    price: Figures = ANY
    quantity: Figures = ANY
    asks: tuple[LineAsk, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """All lines in the scope together. `sure` is what can be relied on in proofs, where that is less.

    `is_order`: it is said of the order as a whole, wherever it stands.
    """

    scope: Scope
    measure: Measure
    figures: Figures
    sure: Figures
    ground: Ground
    is_order: bool = False


@dataclass(frozen=True, slots=True)
class Extreme:
    """The cheapest (or dearest) lines of `of` are all in the scope of `need` and are like it.

    `sure` is what holds for each of them, also where several cost the same; `totals` is asked of them
    together.
    """

    is_cheapest: bool
    of: Scope
    need: Need
    sure: Need
    totals: tuple[tuple[Measure, Figures], ...] = ()


@dataclass(frozen=True, slots=True)
class After:
    """The order's total after the discount, or (`is_discount`) what the discount takes off."""

    is_discount: bool
    figures: Figures
    ground: Ground


@dataclass(frozen=True, slots=True)
class Hidden:
    """Nobody can tell whether this holds; only an evaluation can."""

    opaque: Opaque


@dataclass(frozen=True, slots=True)
class Never:
    """It does not hold whatever happens."""

    ground: Ground


type Literal = Value | Moment | Points | Need | Bar | Each | Sum | Extreme | After | Hidden | Never
type Way = tuple[Literal, ...]
"""One way to meet something: all of these."""
