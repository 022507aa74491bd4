"""Variations of a campaign as they stand, and what each row of a table would make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from commerce.models import Product, ProductCollection, Segment
from core.models import Area, Store
from core.services.assignments import Places
from promotions import variation_table
from promotions.code_config import CodeConfig
from promotions.models import Campaign, PromotionTier, ValidationRule, Variation
from promotions.selectors import tiers as known_tiers
from promotions.selectors import validation_rules as known_rules
from promotions.variation_table import CellNotRead, Column, Table

SEPARATOR: Final = " – "
MOST_CODES: Final = 1_000_000
_VALUE_OF: Final = {"PERCENT": "percent_off", "AMOUNT": "amount_off", "FIXED": "fixed_amount"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One variation that is wanted. `values` are columns over those of the parent, `tier_values` over those
    of its tier; `budget` is in minor units, `cells` are what people wrote.
    """

    name: str
    cells: Mapping[str, str]
    description: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    tier_values: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] | None = None
    places: Places | None = None
    starts_at: Any = None
    ends_at: Any = None
    codes: int | None = None
    code: str = ""
    budget: int | None = None


@dataclass(frozen=True, kw_only=True)
class Planned:
    """`row` None: it cannot be made, `problems` say why, by the heading of the cell; "": the whole row."""

    cells: Mapping[str, str]
    row: Row | None
    problems: Mapping[str, str]


def of(parent: Campaign) -> QuerySet[Variation]:
    """Those that are not in the bin, in the order of their table."""
    rows = Variation.objects.filter(parent=parent, campaign__deleted_at=None)
    return rows.select_related("campaign", "campaign__category").order_by("position")


def of_campaign(campaign: Campaign) -> Variation | None:
    """What links a campaign to its parent."""
    return Variation.objects.filter(campaign=campaign).select_related("parent").first()


def discount_of(campaign: Campaign) -> tuple[Campaign | PromotionTier, Mapping[str, Any]] | None:
    """What carries the one discount of a campaign, and the discount; None: it has none, or several."""
    if campaign.discount:
        return campaign, campaign.discount
    if campaign.campaign_type != Campaign.CampaignType.PROMOTION:
        return None
    rows = known_tiers.of_campaign(campaign)
    return (rows[0], rows[0].discount) if len(rows) == 1 else None


def with_value(discount: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The discount with the value that somebody wrote: 25 %, 5.00.

    :raises CellNotRead: it cannot be read, or the discount has no single value.
    """
    name = _VALUE_OF.get(discount["type"])
    if name is None or discount.get(f"{name}_formula"):
        raise CellNotRead("Its discount has no single value: change it on the page of each variation.")
    is_percent = name == "percent_off"
    value = variation_table.read_percent(text) if is_percent else variation_table.read_amount(text)
    return {**discount, name: value}


class Planner:
    """Reads tables for one parent; what cells name is looked up once."""

    def __init__(self, parent: Campaign, zone: ZoneInfo) -> None:
        self._parent = parent
        self._zone = zone
        self._rule = known_rules.of_campaign(parent)
        self._names: set[str] = set()

    def plan(self, table: Table) -> list[Planned]:
        """What each row would make, with a sentence for each cell that does not say what it should."""
        self._names = set()
        return [self._planned(table.cells(row), table) for row in table.rows]

    def _planned(self, cells: Mapping[str, str], table: Table) -> Planned:
        problems: dict[str, str] = {}
        found: dict[str, Any] = {}
        metadata: dict[str, Any] = {}
        for heading, text in cells.items():
            column = variation_table.column_of(heading)
            if column is None:
                metadata[heading] = text
                continue
            try:
                _READERS[column](self, text, found)
            except CellNotRead as error:
                problems[heading] = str(error)
        if not problems:
            problems = self._whole(cells, found, table)
        row = Row(cells=dict(cells), metadata=metadata, **self._settled(found)) if not problems else None
        return Planned(cells=cells, row=row, problems=problems)

    def _whole(self, cells: Mapping[str, str], found: dict[str, Any], table: Table) -> dict[str, str]:
        """What is wrong though every cell can be read."""
        if Column.NAME.value not in cells:
            return {Column.NAME.value: "Each variation needs a name of its own."}
        is_one_code = self._parent.type == Campaign.Type.STANDALONE
        if is_one_code and "code" not in found:
            return {Column.CODE.value: "Each variation needs a code of its own."}
        starts_at, ends_at = found.get("starts_at"), found.get("ends_at")
        if starts_at is not None and ends_at is not None and ends_at <= starts_at:
            return {Column.END.value: "It would end before it starts."}
        return {}

    def _settled(self, found: dict[str, Any]) -> dict[str, Any]:
        """Discount, target and segment as columns and conditions."""
        discount = found.pop("discount", None)
        target, segment = found.pop("target", None), found.pop("segment", None)
        carried = discount_of(self._parent)
        if carried is not None:
            wanted = dict(discount or carried[1])
            if target is not None and wanted["type"] != "UNIT":
                wanted["effect"] = "APPLY_TO_ITEMS"
            is_of_tier = isinstance(carried[0], PromotionTier)
            if wanted != carried[1]:
                found["tier_values" if is_of_tier else "values"] = {
                    **found.get("tier_values" if is_of_tier else "values", {}),
                    "discount": wanted,
                }
        if target is not None or segment is not None:
            found["conditions"] = _conditions(self._rule, found["name"], target, segment)
        return found

    # Cells ------------------------------------------------------------------------------------------------
    def name(self, text: str, found: dict[str, Any]) -> None:
        name = f"{self._parent.name}{SEPARATOR}{text}"
        if len(name) > 255:
            raise CellNotRead("With the campaign's name it is longer than 255 characters.")
        if name in self._names:
            raise CellNotRead("Another row has this name.")
        if Campaign.objects.filter(name=name, released_at=None).exists():
            raise CellNotRead("There is a campaign of this name already.")
        self._names.add(name)
        found["name"] = name

    def description(self, text: str, found: dict[str, Any]) -> None:
        found["description"] = text

    def start(self, text: str, found: dict[str, Any]) -> None:
        found["starts_at"] = variation_table.read_start(text, self._zone)

    def end(self, text: str, found: dict[str, Any]) -> None:
        found["ends_at"] = variation_table.read_end(text, self._zone)

    def discount(self, text: str, found: dict[str, Any]) -> None:
        carried = discount_of(self._parent)
        if carried is None:
            raise CellNotRead("Its discounts stand on several tiers, or it makes gift cards: leave this out.")
        found["discount"] = with_value(carried[1], text)

    def segment(self, text: str, found: dict[str, Any]) -> None:
        found["segment"] = _one(Segment.objects.all(), text, "segment", "name").public_id

    def product(self, text: str, found: dict[str, Any]) -> None:
        row = _one(Product.objects.present(), text, "product", "source_id", "name")
        self._target(found, {"object": "product", "id": row.public_id})

    def collection(self, text: str, found: dict[str, Any]) -> None:
        row = _one(ProductCollection.objects.all(), text, "collection", "name")
        self._target(found, {"object": "products_collection", "id": row.public_id})

    def _target(self, found: dict[str, Any], entry: Mapping[str, str]) -> None:
        if "target" in found:
            raise CellNotRead("Name a product or a collection, not both.")
        if discount_of(self._parent) is None:
            raise CellNotRead("Only a campaign with one discount can be limited to products.")
        found["target"] = entry

    def area(self, text: str, found: dict[str, Any]) -> None:
        found["places"] = Places(areas=(_one(Area.objects.all(), text, "area", "name").public_id,))

    def store(self, text: str, found: dict[str, Any]) -> None:
        if "places" in found:
            raise CellNotRead("Name an area or a store, not both.")
        found["places"] = Places(stores=(_one(Store.objects.all(), text, "store", "code", "name").public_id,))

    def budget(self, text: str, found: dict[str, Any]) -> None:
        found["budget"] = variation_table.read_amount(text)

    def codes(self, text: str, found: dict[str, Any]) -> None:
        self._needs_codes()
        found["codes"] = variation_table.read_count(text, MOST_CODES)

    def code(self, text: str, found: dict[str, Any]) -> None:
        if self._parent.type != Campaign.Type.STANDALONE:
            raise CellNotRead("Only a campaign with one generic code has a code of its own.")
        found["code"] = text

    def pattern(self, text: str, found: dict[str, Any]) -> None:
        self._needs_codes()
        if "#" not in text:
            raise CellNotRead("Each # becomes a random character: write for example NORTH-####.")
        config = {**CodeConfig.from_wire(self._parent.code_config).to_wire(), "pattern": text}
        config.pop("prefix", None)
        config.pop("postfix", None)
        found["values"] = {**found.get("values", {}), "code_config": config}

    def _needs_codes(self) -> None:
        if self._parent.campaign_type == Campaign.CampaignType.PROMOTION:
            raise CellNotRead("A promotion has no codes.")
        if self._parent.type == Campaign.Type.STANDALONE:
            raise CellNotRead("A campaign with one generic code makes no others.")


_READERS: Final[Mapping[Column, Callable[[Planner, str, dict[str, Any]], None]]] = {
    column: getattr(Planner, column.value.lower()) for column in Column
}


def _one(rows: QuerySet[Any], text: str, noun: str, *columns: str) -> Any:
    """The row of this id or name; columns are tried in their order.

    :raises CellNotRead: none, or several of this name.
    """
    ways = ["public_id", *columns, f"{columns[-1]}__iexact"]
    found: list[Any] = []
    for way in ways:
        found = found or list(rows.filter(Q(**{way: text})).order_by("pk")[:2])
    if not found:
        raise CellNotRead(f"There is no {noun} “{text}”.")
    if len(found) > 1:
        raise CellNotRead(f"There are several of the name “{text}”: write the id of the {noun}.")
    return found[0]


def _conditions(
    rule: ValidationRule | None, name: str, target: Mapping[str, str] | None, segment: str | None
) -> dict[str, Any]:
    """Columns over those of the parent's rule: also this segment, only this product or collection."""
    columns: dict[str, Any] = {"name": name}
    if segment is not None:
        rules = dict(rule.rules) if rule is not None else {}
        logic = rules.pop("logic", "")
        key = str(max((int(one) for one in rules if one.isdigit()), default=0) + 1)
        wanted = {"name": "customer.segment", "conditions": {"$is": [segment]}}
        present = f"({logic or ' and '.join(rules)}) and " if rules else ""
        columns["rules"] = {**rules, key: wanted, "logic": f"{present}{key}"}
    if target is not None:
        excluded = rule.applicable_to.get("excluded", []) if rule is not None else []
        columns["applicable_to"] = {"included": [dict(target)], "excluded": excluded, "included_all": False}
    return columns
