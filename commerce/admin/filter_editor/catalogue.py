"""What people can ask for in a filter, and how each operator of the grammar reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from core.admin.condition_builder import properties
from core.api import filter_days


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    INSTANT = "instant"
    BIRTHDATE = "birthdate"
    LIST = "list"
    ANY = "any"


class Input(StrEnum):
    """What stands behind the operator in a row."""

    NONE = "none"
    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    DAYS = "days"
    DATE = "date"
    MONTH = "month"
    WEEKDAY = "weekday"
    LOCATIONS = "locations"


@dataclass(frozen=True, kw_only=True)
class Field:
    """`key_label`: a part of the name is typed: `metadata.<key>`, `events.<name>.count`."""

    name: str
    label: str
    kind: Kind
    group: str
    key_label: str = ""
    key_hint: str = ""


def _of(group: str, kind: Kind, **labels: str) -> list[Field]:
    return [
        Field(name=name.replace("__", "."), label=label, kind=kind, group=group)
        for name, label in labels.items()
    ]


CUSTOMER_FIELDS: Final = (
    *_of(
        "Customer",
        Kind.TEXT,
        name="Name",
        email="E-mail",
        phone="Phone",
        source_id="Id in the shop",
        address__country="Country",
        address__city="City",
        address__postal_code="Postal code",
        address__state="State or region",
        address__line_1="Street",
        address__line_2="Second line of the address",
        description="Description",
        id="Id (cust_…)",
    ),
    *_of("Customer", Kind.BIRTHDATE, birthdate="Date of birth"),
    *_of("Customer", Kind.INSTANT, created_at="Customer since", updated_at="Last change"),
    *_of(
        "Orders",
        Kind.NUMBER,
        summary__orders__total_count="Paid orders",
    ),
    *_of(
        "Orders",
        Kind.MONEY,
        summary__orders__total_amount="Spent in paid orders",
        summary__orders__average_amount="Average paid order",
        summary__orders__last_order_amount="Last paid order, value",
    ),
    *_of("Orders", Kind.INSTANT, summary__orders__last_order_date="Last paid order, date"),
    *_of(
        "Redemptions",
        Kind.NUMBER,
        summary__redemptions__total_succeeded="Successful redemptions",
        summary__redemptions__total_failed="Refused redemptions",
        summary__redemptions__total_redeemed="Attempts to redeem",
        summary__redemptions__total_rollback_succeeded="Redemptions taken back",
        summary__redemptions__total_rollback_failed="Failed attempts to take back",
        summary__redemptions__total_rolled_back="Attempts to take back",
    ),
    Field(
        name="events.*.count",
        label="Custom event, how often",
        kind=Kind.NUMBER,
        group="Custom events",
        key_label="Name of the event",
        key_hint="app_opened",
    ),
    Field(
        name="events.*.last_occurrence",
        label="Custom event, last time",
        kind=Kind.INSTANT,
        group="Custom events",
        key_label="Name of the event",
        key_hint="app_opened",
    ),
    Field(
        name="metadata.*",
        label="Metadata",
        kind=Kind.ANY,
        group="Metadata",
        key_label="Name of the property",
        key_hint="tier",
    ),
)
ARTICLE_FIELDS: Final = (
    *_of("Article", Kind.TEXT, name="Name", source_id="Id in the shop"),
    *_of("Article", Kind.MONEY, price="Price"),
    *_of("Article", Kind.LIST, attributes="Attributes"),
    *_of("Article", Kind.INSTANT, created_at="In the catalogue since", updated_at="Last change"),
    Field(
        name="metadata.*",
        label="Metadata",
        kind=Kind.ANY,
        group="Metadata",
        key_label="Name of the property",
        key_hint="brand",
    ),
)

type _Operators = Mapping[str, tuple[str, Input]]

_KNOWN: Final[_Operators] = {
    "$has_value": ("is known", Input.NONE),
    "$is_unknown": ("is not known", Input.NONE),
}
_TEXT: Final[_Operators] = {
    "$is": ("is", Input.TEXTS),
    "$is_not": ("is not", Input.TEXTS),
    "$in": ("is one of", Input.TEXTS),
    "$not_in": ("is none of", Input.TEXTS),
    "$contains": ("contains", Input.TEXTS),
    "$not_contain": ("does not contain", Input.TEXTS),
    "$starts_with": ("begins with", Input.TEXTS),
    "$ends_with": ("ends with", Input.TEXTS),
}
_EQUAL: Final[_Operators] = {
    "$is": ("is exactly", Input.NUMBER),
    "$is_not": ("is not", Input.NUMBER),
    "$in": ("is one of", Input.TEXTS),
    "$not_in": ("is none of", Input.TEXTS),
}
_NUMBER: Final[_Operators] = {
    "$more_than": ("is more than", Input.NUMBER),
    "$more_than_equal": ("is at least", Input.NUMBER),
    "$less_than": ("is less than", Input.NUMBER),
    "$less_than_equal": ("is at most", Input.NUMBER),
}
_SIZE: Final[_Operators] = {
    "$count": ("has exactly so many entries:", Input.NUMBER),
    "$count_more": ("has more entries than", Input.NUMBER),
    "$count_less": ("has fewer entries than", Input.NUMBER),
}
_AGO: Final[_Operators] = {
    "$less_than_ago": ("is in the last", Input.DAYS),
    "$more_than_ago": ("is longer ago than", Input.DAYS),
    "$is_days_ago": ("is exactly so long ago:", Input.DAYS),
    "$less_than_future": ("is in the next", Input.DAYS),
    "$more_than_future": ("is further ahead than", Input.DAYS),
    "$is_days_in_future": ("is exactly so far ahead:", Input.DAYS),
}
_DAY: Final[_Operators] = {
    "$is": ("is on", Input.DATE),
    "$is_not": ("is not on", Input.DATE),
    "$after": ("is after", Input.DATE),
    "$before": ("is before", Input.DATE),
}
_SPANS: Final = {
    "today": "today",
    "yesterday": "yesterday",
    "tomorrow": "tomorrow",
    "this_week": "this week",
    "last_week": "last week",
    "next_week": "next week",
    "this_month": "this month",
    "last_month": "last month",
    "next_month": "next month",
    "this_year": "this year",
    "last_year": "last year",
    "next_year": "next year",
}
_CALENDAR: Final[_Operators] = {f"${name}": (f"is {words}", Input.NONE) for name, words in _SPANS.items()}
_PARTS: Final[_Operators] = {
    "$is_day_of_month": ("is on this day of a month:", Input.NUMBER),
    "$is_day": ("is on a", Input.WEEKDAY),
    "$is_month": ("is in", Input.MONTH),
    "$is_year": ("is in the year", Input.NUMBER),
    "$is_years_ago": ("is today, so many years ago:", Input.NUMBER),
}
_ANNIVERSARY: Final[_Operators] = {
    **{f"${name}_md": (f"has its anniversary {words}", Input.NONE) for name, words in _SPANS.items()},
    "$is_less_days_in_future_md": ("has its anniversary in the next", Input.DAYS),
    "$is_more_days_in_future_md": ("has its next anniversary further ahead than", Input.DAYS),
    "$is_less_days_ago_md": ("had its anniversary in the last", Input.DAYS),
    "$is_more_days_ago_md": ("had its last anniversary longer ago than", Input.DAYS),
    "$is_days_in_future_md": ("has its anniversary in exactly", Input.DAYS),
    "$is_days_ago_md": ("had its anniversary before exactly", Input.DAYS),
    "$less_than_future_md": ("has its anniversary soon, in the next", Input.DAYS),
    "$more_than_future_md": ("has no anniversary in the next", Input.DAYS),
    "$less_than_ago_md": ("had its anniversary lately, in the last", Input.DAYS),
    "$more_than_ago_md": ("had no anniversary in the last", Input.DAYS),
}
_PLACE: Final[_Operators] = {
    "$in_location": ("is in the location", Input.LOCATIONS),
    "$not_in_location": ("is not in the location", Input.LOCATIONS),
}
# Birthdays come first: nobody asks who was born tomorrow.
_BIRTHDAY: Final[_Operators] = {
    "$today": ("has the birthday today", Input.NONE),
    "$tomorrow": ("has the birthday tomorrow", Input.NONE),
    "$yesterday": ("had the birthday yesterday", Input.NONE),
    "$this_week": ("has the birthday this week", Input.NONE),
    "$next_week": ("has the birthday next week", Input.NONE),
    "$last_week": ("had the birthday last week", Input.NONE),
    "$this_month": ("has the birthday this month", Input.NONE),
    "$next_month": ("has the birthday next month", Input.NONE),
    "$last_month": ("had the birthday last month", Input.NONE),
    "$less_than_future": ("has the birthday in the next", Input.DAYS),
    "$is_days_in_future": ("has the birthday in exactly", Input.DAYS),
    "$more_than_future": ("has no birthday in the next", Input.DAYS),
    "$is_days_ago": ("had the birthday before exactly", Input.DAYS),
    "$is_years_ago": ("has the birthday today, and the age", Input.NUMBER),
}
_OPERATORS: Final[Mapping[Kind, Mapping[str, _Operators]]] = {
    Kind.TEXT: {"": {**_TEXT, **_KNOWN}},
    Kind.NUMBER: {"": {**_EQUAL, **_NUMBER, **_KNOWN}},
    Kind.MONEY: {"": {**_NUMBER, **_EQUAL, **_KNOWN}},
    Kind.LIST: {"": {**_TEXT, **_SIZE, **_KNOWN}},
    Kind.INSTANT: {
        "": {**_AGO, **_DAY, **_KNOWN},
        "Around today": _CALENDAR,
        "Parts of the date": _PARTS,
        "Every year": _ANNIVERSARY,
    },
    Kind.BIRTHDATE: {
        "Birthday": _BIRTHDAY,
        "Date of birth": {
            "$more_than_ago": ("is longer ago than", Input.DAYS),
            "$less_than_ago": ("is in the last", Input.DAYS),
            **_DAY,
            "$is_year": _PARTS["$is_year"],
            "$is_month": _PARTS["$is_month"],
            "$is_day_of_month": _PARTS["$is_day_of_month"],
            "$is_day": _PARTS["$is_day"],
            **{name: words for name, words in _CALENDAR.items() if name.endswith("_year")},
            **_KNOWN,
        },
        "Every year": _ANNIVERSARY,
    },
    Kind.ANY: {
        "Text": {**_TEXT, **_KNOWN},
        "Number": _NUMBER,
        "Date": {**_AGO, "$after": _DAY["$after"], "$before": _DAY["$before"], **_CALENDAR},
        "Parts of the date": _PARTS,
        "Every year": _ANNIVERSARY,
        "List": _SIZE,
        "Place": _PLACE,
    },
}
MONTHS: Final = tuple(name.capitalize() for name in filter_days.MONTHS)
WEEKDAYS: Final = tuple(name.capitalize() for name in filter_days.WEEKDAYS)


def operators_of(kind: Kind) -> dict[str, tuple[str, Input]]:
    """Operator -> its words and what is typed behind them."""
    return {name: found for group in _OPERATORS[kind].values() for name, found in group.items()}


def located(name: str, fields: tuple[Field, ...]) -> tuple[Field, str] | None:
    """The field of a wire name and what stands for `*` in it."""
    for field in fields:
        before, star, after = field.name.partition("*")
        if not star and name == field.name:
            return field, ""
        key = name[len(before) : len(name) - len(after)]
        if star and name.startswith(before) and name.endswith(after) and key:
            return field, key
    return None


def catalogue(fields: tuple[Field, ...], resource: str) -> dict[str, Any]:
    """What the condition builder draws rows of. `resource`: whose metadata has a schema. One query."""
    known = properties.defined([resource])[resource]
    return {
        "rules": [
            {
                "name": field.name,
                "label": field.label,
                "section": field.group,
                "isOffered": True,
                "kind": field.kind,
                "hasProperty": bool(field.key_label),
                "keyLabel": field.key_label,
                "properties": known if field.kind is Kind.ANY else [],
                "hasSubrules": False,
                "canRepeat": True,
                "pickers": [],
                "operators": [
                    {
                        "value": name,
                        "label": said,
                        "section": group,
                        "isOffered": True,
                        "input": _drawn(field.kind, input),
                        "types": properties.types_of(name) if field.kind is Kind.ANY else None,
                    }
                    for group, operators in _OPERATORS[field.kind].items()
                    for name, (said, input) in operators.items()
                ],
            }
            for field in fields
        ],
        "subrules": [],
        "aliases": {"birthday": "birthdate"},
    }


def more() -> dict[str, Any]:
    """Months and weekdays by their numbers of the wire."""
    return {
        "months": [{"value": at, "label": name} for at, name in enumerate(MONTHS, 1)],
        "weekdays": [{"value": at, "label": name} for at, name in enumerate(WEEKDAYS)],
    }


def _drawn(kind: Kind, input: Input) -> str:
    """The widget of a value: figures of money and of free metadata have their own."""
    match kind, input:
        case Kind.MONEY, Input.NUMBER:
            return "money"
        case Kind.MONEY, Input.TEXTS:
            return "amounts"
        case Kind.NUMBER, Input.TEXTS:
            return "numbers"
        case Kind.ANY, Input.TEXTS:
            return "any"
    return input
