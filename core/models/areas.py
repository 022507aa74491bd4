from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

import pgtrigger
from django.contrib.auth.models import User
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core import places
from core.models.api_keys import ApiKey
from core.models.base import PublicIdField, TimestampedModel
from core.models.project_settings import validate_currency, validate_time_zone


class Area(TimestampedModel):
    """A region in which promotions are planned, with its stores. Contract: data and events 16.

    `currency` is for people: orders carry none, and nothing is converted.
    """

    public_id = PublicIdField(prefix="ar")
    name = models.CharField(max_length=100, unique=True)
    region = models.CharField(
        max_length=100, blank=True, default="", help_text="For example “Southern Germany”."
    )
    country = models.CharField(
        max_length=2, blank=True, default="", help_text="Two letters of ISO 3166, for example DE."
    )
    time_zone = models.CharField(
        max_length=64,
        validators=[validate_time_zone],
        help_text="“09:00 to 21:00” is the time here, unless a store has a zone of its own.",
    )
    currency = models.CharField(
        max_length=3,
        validators=[validate_currency],
        help_text="What people pay in here. It is shown beside amounts; nothing is converted.",
    )

    def __str__(self) -> str:
        return self.name


class Store(TimestampedModel):
    """A shop, a till or a branch. `code` is what requests call it; unique in the project."""

    public_id = PublicIdField(prefix="ars")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="stores")
    name = models.CharField(max_length=100)
    code = models.CharField(
        max_length=100,
        unique=True,
        help_text="What the shop calls it in requests: the field “store” of an order or a redemption.",
    )
    own_time_zone = models.CharField(
        "own time zone",
        max_length=64,
        blank=True,
        default="",
        validators=[validate_time_zone],
        help_text="Empty: that of the area.",
    )
    latitude = models.DecimalField(
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="store_point_is_whole",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """Its own or its area's (load that along)."""
        return ZoneInfo(self.own_time_zone or self.area.time_zone)


class Assignment(models.Model):
    """One place that something is assigned to: an area, all stores of an area (also those to come), or one
    store. Exactly one of the three; none implies another.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    all_stores_of = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        if self.store is not None:
            return self.store.name
        return f"All stores of {self.all_stores_of}" if self.area is None else self.area.name

    @property
    def words(self) -> frozenset[str]:
        """As `core.places` says them; reads area and store (load them along: `with_places`)."""
        if self.store is not None:
            area = self.store.area.public_id
            return frozenset({places.store(self.store.public_id, area), f"{places.SOME}:{area}"})
        if self.all_stores_of is not None:
            return frozenset({places.all_stores(self.all_stores_of.public_id)})
        assert self.area is not None  # noqa: S101 - it is one of the three
        return frozenset({places.area(self.area.public_id)})


def with_places[Row: Assignment](rows: models.QuerySet[Row]) -> models.QuerySet[Row]:
    return rows.select_related("area", "all_stores_of", "store__area")


ONE_PLACE: Final = (
    Q(area__isnull=False, all_stores_of=None, store=None)
    | Q(area=None, all_stores_of__isnull=False, store=None)
    | Q(area=None, all_stores_of=None, store__isnull=False)
)


def constraints_of(owner: str, name: str) -> tuple[Any, ...]:
    """What holds for the assignments of every `owner`, the name of a foreign key."""
    return (
        models.CheckConstraint(condition=ONE_PLACE, name=f"{name}_is_one_place"),
        models.UniqueConstraint(
            fields=[owner, "area", "all_stores_of", "store"], nulls_distinct=False, name=f"{name}_once"
        ),
    )


def written_down(*, table: str, owner: str, owner_table: str, more: str = "") -> pgtrigger.Trigger:
    """Keeps `places` of the owner as its assignments say, so that who has the row needs no look at them.

    In the words of `core.places`.
    """
    return pgtrigger.Trigger(
        name=f"{owner}_places",
        operation=pgtrigger.Insert | pgtrigger.Delete,
        when=pgtrigger.After,
        func=f"""
            UPDATE {owner_table} SET places = assigned.places{more}
            FROM (
                SELECT COALESCE(array_agg(DISTINCT place.word ORDER BY place.word), '{{}}') AS places,
                       CASE WHEN count(DISTINCT place.id) = 1 THEN max(place.store_id) END AS only_store
                FROM (
                    SELECT p.id, p.store_id, unnest(CASE
                        WHEN p.area_id IS NOT NULL THEN ARRAY['area:' || area.public_id]
                        WHEN p.store_id IS NULL THEN ARRAY['stores:' || area.public_id]
                        ELSE ARRAY[
                            'store:' || store.public_id || '@' || area.public_id,
                            'some:' || area.public_id
                        ]
                    END) AS word
                    FROM {table} AS p
                    LEFT JOIN core_store AS store ON store.id = p.store_id
                    JOIN core_area AS area ON area.id = COALESCE(p.area_id, p.all_stores_of_id, store.area_id)
                    WHERE p.{owner}_id = COALESCE(NEW.{owner}_id, OLD.{owner}_id)
                ) AS place
            ) AS assigned
            WHERE id = COALESCE(NEW.{owner}_id, OLD.{owner}_id);
            RETURN NULL;
        """,  # noqa: S608 - only names of ours
    )


class KeyAssignment(Assignment):
    """Where an API key works."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="assignments")

    class Meta:
        constraints = constraints_of("key", "key_assignment")
        triggers = (
            written_down(
                table="core_keyassignment",
                owner="key",
                owner_table="core_apikey",
                more=", store_id = assigned.only_store",
            ),
        )


class PersonAssignment(Assignment):
    """Where a person works."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")

    class Meta:
        constraints = constraints_of("user", "person_assignment")
