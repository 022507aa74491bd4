"""How many points a rule gives, and how many of them stay when goods come back. Pure. Contract: loyalty 5.2.

Rules are in wire form. Every full step counts, so that an order that is split never earns more. What points
were calculated from is kept with them (`Basis`), so that returns, in whatever order they come, leave exactly
what the rest of the order would have earned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any, Final

from core.errors import InvalidPayload
from loyalty import tier_mappings

FIXED: Final = "FIXED"
PROPORTIONAL: Final = "PROPORTIONAL"
ORDER_PAID: Final = "order.paid"
SEGMENT_ENTERED: Final = "customer.segment.entered"
TIER_EVENTS: Final = tuple(
    f"customer.loyalty.tier.{kind}" for kind in ("joined", "left", "upgraded", "downgraded", "prolonged")
)
ANY_TIER: Final = "__ANY__"
MOST: Final = 10**12
"""Points of one rule for one cause."""
_LONGEST_FORMULA: Final = 2000

METRICS: Final[Mapping[str, tuple[str, str]]] = {
    "ORDER_AMOUNT": ("order", "amount"),
    "ORDER_TOTAL_AMOUNT": ("order", "total_amount"),
    "ORDER_METADATA": ("order", "metadata"),
    "ORDER_ITEMS_AMOUNT": ("order_items", "amount"),
    "ORDER_ITEMS_SUBTOTAL_AMOUNT": ("order_items", "subtotal_amount"),
    "ORDER_ITEMS_QUANTITY": ("order_items", "quantity"),
    "CUSTOMER_METADATA": ("customer", "metadata"),
    "CUSTOM_EVENT_METADATA": ("custom_event", "metadata"),
}
"""`calculation_type` -> where its figures stand in the rule."""
_OF_ITEMS: Final = frozenset(name for name, (group, _) in METRICS.items() if group == "order_items")
_ITEM_OBJECTS: Final = ("product", "sku", "products_collection")

type Calculate = Callable[[str], Decimal | None]
"""A formula's value; None: it cannot be calculated."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the order. `names` are all ids of its article and of collections that hold it.

    `free` of its units were added or freed by a discount.
    """

    position: int
    quantity: int
    amount: int
    subtotal: int
    free: int = 0
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What happened. Amounts are minor units; metadata with exact numbers."""

    amount: int = 0
    total: int = 0
    lines: Sequence[Line] = ()
    order_metadata: Mapping[str, Any] = field(default_factory=dict)
    customer_metadata: Mapping[str, Any] = field(default_factory=dict)
    event_metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What points were calculated from. `value` of FIXED is 0; `lines` are (position, value, units) of it.

    `limit`: a cap let no more than that through; None: none did.
    """

    points: int
    metric: str = ""
    every: int = 0
    value: int = 0
    multiplier: Decimal | None = None
    lines: tuple[tuple[int, int, int], ...] = ()
    limit: int | None = None

    def result(self, value: int | None = None) -> int:
        """The points of this value, of all of it if none is said."""
        steps = 1 if not self.every else (self.value if value is None else value) // self.every
        points = max(0, steps) * self.points
        if self.multiplier is not None:
            points = int((points * self.multiplier).to_integral_value(ROUND_HALF_UP))
        return points if self.limit is None else min(points, self.limit)

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"points": self.points}
        if self.every:
            steps = self.value // self.every
            said |= {"metric": self.metric, "every": self.every, "value": self.value, "steps": steps}
        if self.multiplier is not None:
            said["multiplier"] = str(self.multiplier.normalize())
        if self.lines:
            said["lines"] = [
                {"position": position, "value": value, "quantity": units}
                for position, value, units in self.lines
            ]
        if self.limit is not None:
            said["limit"] = self.limit
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Basis:
        multiplier = said.get("multiplier")
        return cls(
            points=said["points"],
            metric=said.get("metric", ""),
            every=said.get("every", 0),
            value=said.get("value", 0),
            multiplier=None if multiplier is None else Decimal(multiplier),
            lines=tuple((one["position"], one["value"], one["quantity"]) for one in said.get("lines", ())),
            limit=said.get("limit"),
        )


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What came back so far. `refund` is what was paid back for it, money and credits together.

    `units` by position; `share` of an order without lines, as (part, whole).
    """

    is_complete: bool = False
    refund: int = 0
    units: Mapping[int, int] = field(default_factory=dict)
    share: tuple[int, int] = (0, 1)


def calculate(
    loyalty: Mapping[str, Any],
    facts: Facts,
    *,
    mapping: tier_mappings.Mapping | None = None,
    formula: Calculate = lambda _: None,
) -> Basis | None:
    """What a rule gives for what happened, by the mapping of the holder's tier; None: nothing.

    calculate(5 per 1000 of ORDER_TOTAL_AMOUNT, Facts(total=10999)).result() -> 50
    """
    multiplier = (
        mapping.multiplier if mapping is not None and mapping.type == tier_mappings.MULTIPLY else None
    )
    figures = figures_of(loyalty)
    points = _points(figures, mapping, formula)
    if loyalty["type"] == FIXED:
        basis = Basis(points=points, multiplier=multiplier)
        return basis if basis.result() > 0 else None
    metric = loyalty["calculation_type"]
    lines = _lines(metric, figures, facts)
    value = sum(value for _, value, _ in lines) if metric in _OF_ITEMS else _whole(metric, figures, facts)
    if value <= 0:
        return None
    basis = Basis(
        points=points,
        metric=metric,
        every=figures["every"],
        value=value,
        multiplier=multiplier,
        lines=lines,
    )
    return basis if basis.result() > 0 else None


def limited(basis: Basis, left: int | None) -> Basis | None:
    """The same under a cap that has so many points left; None: nothing is left."""
    if left is None or basis.result() <= left:
        return basis
    return replace(basis, limit=left) if left > 0 else None


def kept(basis: Basis, returned: Returned) -> int:
    """How many points stay after these returns."""
    if returned.is_complete:
        return 0
    match basis.metric:
        case "ORDER_TOTAL_AMOUNT":
            return basis.result(basis.value - returned.refund)
        case "ORDER_ITEMS_QUANTITY":
            return basis.result(
                sum(max(0, value - returned.units.get(place, 0)) for place, value, _ in basis.lines)
            )
        case "ORDER_AMOUNT" | "ORDER_ITEMS_AMOUNT" | "ORDER_ITEMS_SUBTOTAL_AMOUNT" if basis.lines:
            gone = sum(
                -(-value * min(units, returned.units.get(place, 0)) // units)
                for place, value, units in basis.lines
                if units
            )
            return basis.result(basis.value - gone)
        case "ORDER_AMOUNT":
            part, whole = returned.share
            return basis.result(basis.value - -(-basis.value * part // max(1, whole)))
    return basis.result()


def collections_in(loyalty: Mapping[str, Any]) -> frozenset[str]:
    """Ids of collections that a rule asks for."""
    return frozenset(one["id"] for one in targets(loyalty) if one.get("object") == "products_collection")


def targets(loyalty: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the rule is about, of the items of an order; nothing: all of them."""
    figures = figures_of(loyalty)
    if figures.get("applicable_to"):
        return list(figures["applicable_to"])
    return [figures] if figures.get("id") else []


def figures_of(loyalty: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of a rule with `points`, and `every` where it has steps."""
    if loyalty["type"] == FIXED:
        return loyalty
    group, name = METRICS[loyalty["calculation_type"]]
    found: Mapping[str, Any] = loyalty[group][name]
    return found


def metrics_for(event: str) -> frozenset[str]:
    """What rules of this event may count."""
    if event == ORDER_PAID:
        return frozenset(METRICS) - {"CUSTOM_EVENT_METADATA"}
    if event == SEGMENT_ENTERED or event in TIER_EVENTS:
        return frozenset({"CUSTOMER_METADATA"})
    return frozenset({"CUSTOM_EVENT_METADATA", "CUSTOMER_METADATA"})


def check(loyalty: Any, *, event: str, formula: Callable[[str], None] = lambda _: None) -> None:
    """Refuse what `calculate` cannot calculate with; `formula` refuses one that cannot be read.

    :raises InvalidPayload: with what is wrong.
    """
    if not isinstance(loyalty, Mapping) or loyalty.get("type") not in (FIXED, PROPORTIONAL):
        raise InvalidPayload("loyalty.type must be FIXED or PROPORTIONAL.")
    if loyalty["type"] == FIXED:
        _check_figures(loyalty, "loyalty", formula)
        return
    allowed = metrics_for(event)
    metric = loyalty.get("calculation_type")
    if metric not in allowed:
        raise InvalidPayload(
            f"loyalty.calculation_type of {event} must be one of: {', '.join(sorted(allowed))}."
        )
    group, name = METRICS[metric]
    part = loyalty.get(group)
    if not isinstance(part, Mapping) or not isinstance(part.get(name), Mapping):
        raise InvalidPayload(f"Loyalty {group} rules must contain one of the following properties - '{name}'")
    at = f"loyalty.{group}.{name}"
    figures = part[name]
    every = figures.get("every")
    if isinstance(every, bool) or not isinstance(every, int) or not 1 <= every <= MOST:
        raise InvalidPayload(f"{at}.every must be a whole number from 1 on.")
    _check_figures(figures, at, formula)
    if name == "metadata" and not (isinstance(figures.get("property"), str) and figures["property"]):
        raise InvalidPayload(f"{at}.property must be the key of a number in the metadata.")
    for one in (*(figures.get("applicable_to") or ()), *([figures] if figures.get("id") else ())):
        known = isinstance(one, Mapping) and one.get("object") in _ITEM_OBJECTS
        if not known or not isinstance(one.get("id"), str):
            raise InvalidPayload(f"{at}.applicable_to: an object ({', '.join(_ITEM_OBJECTS)}) and its id.")


def _check_figures(figures: Mapping[str, Any], at: str, formula: Callable[[str], None]) -> None:
    points, text = figures.get("points"), figures.get("points_formula")
    if isinstance(points, bool) or not isinstance(points, int) or not 0 <= points <= MOST:
        raise InvalidPayload(f"{at}.points must be a whole number from 0 to {MOST}.")
    if text is None:
        return
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST_FORMULA:
        raise InvalidPayload(f"{at}.points_formula must be a text of at most {_LONGEST_FORMULA} characters.")
    formula(text)


def _points(figures: Mapping[str, Any], mapping: tier_mappings.Mapping | None, formula: Calculate) -> int:
    """Of one step, or in all: the tier's own number, what the formula says, else the rule's."""
    if mapping is not None and mapping.type == tier_mappings.CUSTOM:
        return tier_mappings.per_step(figures["points"], mapping)
    if text := figures.get("points_formula"):
        found = formula(text)
        if found is not None:
            return min(MOST, max(0, int(found.to_integral_value(ROUND_HALF_UP))))
    return int(figures["points"])


def _whole(metric: str, figures: Mapping[str, Any], facts: Facts) -> int:
    """What the whole order, the event or the customer says."""
    match metric:
        case "ORDER_AMOUNT":
            return facts.amount
        case "ORDER_TOTAL_AMOUNT":
            return facts.total
        case "ORDER_METADATA":
            said = facts.order_metadata
        case "CUSTOMER_METADATA":
            said = facts.customer_metadata
        case _:
            said = facts.event_metadata
    value = said.get(figures["property"])
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return 0
    return min(MOST, int(Decimal(value).to_integral_value(ROUND_FLOOR)))


def _lines(metric: str, figures: Mapping[str, Any], facts: Facts) -> tuple[tuple[int, int, int], ...]:
    """Each matching line once, with what it counts for."""
    if metric == "ORDER_AMOUNT":
        return tuple((line.position, line.amount, line.quantity) for line in facts.lines)
    if metric not in _OF_ITEMS:
        return ()
    wanted = {one["id"] for one in figures.get("applicable_to") or ()}
    if figures.get("id") and not wanted:
        wanted = {figures["id"]}
    matching = [line for line in facts.lines if not wanted or line.names & wanted]
    match metric:
        case "ORDER_ITEMS_AMOUNT":
            return tuple((line.position, line.amount, line.quantity) for line in matching)
        case "ORDER_ITEMS_SUBTOTAL_AMOUNT":
            return tuple((line.position, line.subtotal, line.quantity) for line in matching)
    return tuple((line.position, max(0, line.quantity - line.free), line.quantity) for line in matching)
