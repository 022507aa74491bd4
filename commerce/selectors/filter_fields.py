"""What filters of segments and collections can ask for beside columns (contract: data file 4, 6, 15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.db.models import Count, IntegerField, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from commerce.models import CustomEvent, Order
from commerce.selectors import locations
from core.api import filter_days
from core.api import filter_values as read
from core.api.filter_columns import Column, Computed
from core.api.filter_fields import Date, DateTime, Json, Number
from core.api.filter_geo import Area
from core.api.filter_operators import CALENDAR, NEGATIVE, RELATIVE, Condition
from core.api.filter_subjects import AnyInterval, Subject, Value
from core.api.filter_values import Clock

PLACE: Final = ("$in_location", "$not_in_location")
# A birthday is said without its year; how long ago somebody was born is his age.
_AGES: Final = frozenset({"$more_than_ago", "$less_than_ago"})


@dataclass(frozen=True, kw_only=True)
class _InAreas:
    """Without coordinates somebody is in no place; the opposite then holds, as of all negative operators."""

    areas: tuple[Area, ...]
    negated: bool

    def __call__[T](self, subject: Subject[T], /) -> T:
        inside = subject.inside(self.areas)
        return subject.negate(inside) if self.negated else inside


@dataclass(frozen=True)
class Metadata(Json):
    """Metadata, whose texts can be points on the map."""

    operators: ClassVar[tuple[str, ...]] = (*Json.operators, *PLACE)

    def condition(self, operator: str, raw: Any, clock: Clock, where: str) -> Condition:
        if operator not in PLACE:
            return super().condition(operator, raw, clock, where)
        ids = [read.text(value, where) for value in read.several(raw, where)]
        return _InAreas(areas=tuple(locations.areas(ids)), negated=operator == "$not_in_location")


@dataclass(frozen=True)
class Birthdate(Date):
    """A date of birth: days, weeks and months come round every year (contract: data file 2)."""

    def condition(self, operator: str, raw: Any, clock: Clock, where: str) -> Condition:
        recurs = operator in RELATIVE and operator not in _AGES
        if recurs or (operator in CALENDAR and CALENDAR[operator][0] != "year"):
            return filter_days.anniversary(f"{operator}_md", raw, clock, None, where)
        return super().condition(operator, raw, clock, where)


@dataclass(frozen=True)
class Calculated(Number):
    """A number that is no column of its own."""

    expression: Any = None

    def column(self, key: str | None, clock: Clock) -> Subject[Q]:
        return Computed(self.expression)


@dataclass(frozen=True)
class LastOrder(DateTime):
    """The instant of the last paid order. Orders have the index by time that customers do not need."""

    def moving_column(self, key: str | None, clock: Clock) -> Subject[Q]:
        return _OfOrders(self.path)


class _OfOrders(Column):
    def within(self, interval: AnyInterval) -> Q:
        orders = Order.objects.filter(Column("created_at").within(interval), customer__isnull=False)
        return Q(pk__in=orders.values("customer"))


def _events(name: str | None) -> Any:
    return CustomEvent.objects.filter(customer=OuterRef("pk"), name=name).order_by().values("customer")


@dataclass(frozen=True)
class EventCount(Number):
    """How often a custom event happened to a customer; 0 is a number, too."""

    path: str = ""

    def column(self, key: str | None, clock: Clock) -> Subject[Q]:
        count = _events(key).annotate(number=Count("pk")).values("number")
        return Computed(Coalesce(Subquery(count, output_field=IntegerField()), 0))

    def value(self, raw: Any) -> Subject[bool]:
        return Value(self.cast(raw or 0))


@dataclass(frozen=True)
class LastEvent(DateTime):
    """When a custom event happened to a customer last."""

    path: str = ""

    def column(self, key: str | None, clock: Clock) -> Subject[Q]:
        return Computed(_last(key))

    def moving_column(self, key: str | None, clock: Clock) -> Subject[Q]:
        return _OfEvents(key)


def _last(name: str | None) -> Any:
    return Subquery(_events(name).annotate(last=Max("created_at")).values("last"))


class _OfEvents(Computed):
    """Customers found by the index of events by name and time."""

    def __init__(self, name: str | None) -> None:
        super().__init__(_last(name))
        self.name = name

    def within(self, interval: AnyInterval) -> Q:
        events = CustomEvent.objects.filter(Column("created_at").within(interval), name=self.name)
        return Q(pk__in=events.values("customer"))


def locations_named(wire: Any) -> set[str]:
    """The ids of locations in a filter that could be read."""
    found: set[str] = set()
    for name, spec in wire.items():
        conditions = spec.get("conditions", {}) if name != "junction" else {}
        for operator in PLACE:
            if operator in conditions:
                found |= {str(value) for value in read.several(conditions[operator], operator)}
    return found


NEGATIVES: Final = NEGATIVE | {"$not_in_location"}
