"""Areas and their stores. Contract: data and events 16, limits and deletion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from core import audit
from core.actors import Actor
from core.errors import DuplicateFound, InvalidPayload, NotFound, ResourceInUse
from core.locking import lock
from core.models import ApiKey, Area, ProjectSettings, Store
from core.project import SETTINGS_PK

MOST_AREAS: Final = 100
MOST_STORES: Final = 100
_NAMED: Final = 3
# An id, so that a request can never mean two stores.
_ID_OF_A_STORE: Final = "ars_"


@transaction.atomic
def create_area(*, values: Mapping[str, Any], actor: Actor, now: datetime) -> Area:
    """`values`: name, region, country, time_zone, currency; the last two are the project's where left out.

    :raises InvalidPayload: a value that cannot be, or there are 100 areas.
    :raises DuplicateFound: the name is taken.
    """
    # Whoever adds one waits here, so that nobody makes the 101st beside somebody else.
    settings = lock(ProjectSettings.objects.filter(pk=SETTINGS_PK))[0]
    if Area.objects.count() >= MOST_AREAS:
        raise InvalidPayload(f"A project has at most {MOST_AREAS} areas.")
    usual = {"time_zone": settings.time_zone, "currency": settings.currency}
    area = Area(**{**usual, **values}, created_at=now)
    _save(area, "area", "name")
    audit.log(actor, "area.created", area, now=now, after=_facts(area, _AREA_FIELDS))
    return area


@transaction.atomic
def change_area(*, area_id: int, values: Mapping[str, Any], actor: Actor, now: datetime) -> Area:
    """:raises NotFound: deleted in the meantime. Otherwise as `create_area`."""
    area = _locked(Area, area_id)
    _change(area, values, _AREA_FIELDS, ("area", "name"), actor, now)
    return area


@transaction.atomic
def delete_area(*, area_id: int, actor: Actor, now: datetime) -> None:
    """:raises ResourceInUse: it has stores, or something is assigned to it."""
    area = _locked(Area, area_id)
    if area.stores.exists():
        raise _in_use(area, "area", "It still has stores. Delete them first.")
    audit.log(actor, "area.deleted", area, now=now, before=_facts(area, _AREA_FIELDS))
    _delete(area, "area")


@transaction.atomic
def create_store(*, area_id: int, values: Mapping[str, Any], actor: Actor, now: datetime) -> Store:
    """`values`: name, code, own_time_zone, latitude, longitude; without a code its name is one.

    :raises InvalidPayload: a value that cannot be, or the area has 100 stores.
    :raises DuplicateFound: the code is taken.
    :raises NotFound: the area was deleted in the meantime.
    """
    area = _locked(Area, area_id)
    if area.stores.count() >= MOST_STORES:
        raise InvalidPayload(f"An area has at most {MOST_STORES} stores.")
    store = Store(
        **{**values, "code": values.get("code") or values.get("name", "")}, area=area, created_at=now
    )
    _save(store, "store", "code")
    audit.log(
        actor, "store.created", store, now=now, after={**_facts(store, _STORE_FIELDS), "area": area.name}
    )
    return store


@transaction.atomic
def change_store(*, store_id: int, values: Mapping[str, Any], actor: Actor, now: datetime) -> Store:
    """A store never moves to another area. Otherwise as `create_store`."""
    store = _locked(Store, store_id)
    _change(store, values, _STORE_FIELDS, ("store", "code"), actor, now)
    return store


@transaction.atomic
def delete_store(*, store_id: int, actor: Actor, now: datetime) -> None:
    """:raises ResourceInUse: something is assigned to it."""
    store = _locked(Store, store_id)
    audit.log(actor, "store.deleted", store, now=now, before=_facts(store, _STORE_FIELDS))
    _delete(store, "store")


_AREA_FIELDS: Final = ("name", "region", "country", "time_zone", "currency")
_STORE_FIELDS: Final = ("name", "code", "own_time_zone", "latitude", "longitude")


def _change(
    row: Area | Store,
    values: Mapping[str, Any],
    fields: tuple[str, ...],
    what: tuple[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    before = _facts(row, fields)
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = now
    _save(row, *what, update_fields=[*values, "updated_at"])
    old, new = audit.changes(before, _facts(row, fields))
    if new:
        audit.log(actor, f"{what[0]}.updated", row, now=now, before=old, after=new)


def _save(row: Area | Store, what: str, unique: str, *, update_fields: list[str] | None = None) -> None:
    _check(row)
    try:
        with transaction.atomic():
            if update_fields is None:
                row.save(force_insert=True)
            else:
                row.save(update_fields=update_fields)
    except IntegrityError as error:
        raise DuplicateFound(f"Duplicated {what} exists with {unique} {getattr(row, unique)}") from error


def _check(row: Area | Store) -> None:
    """Each field by itself, and those that belong together."""
    try:
        row.clean_fields(exclude=[field.name for field in row._meta.fields if field.is_relation])
    except ValidationError as error:
        name, texts = next(iter(error.message_dict.items()))
        raise InvalidPayload(f"Property .{_WIRE.get(name, name)}: {texts[0]}") from error
    if isinstance(row, Store):
        if (row.latitude is None) != (row.longitude is None):
            raise InvalidPayload("Property .location needs both latitude and longitude")
        if row.code.startswith(_ID_OF_A_STORE):
            raise InvalidPayload(f"Property .code must not begin with {_ID_OF_A_STORE}")
    elif row.country and not (len(row.country) == 2 and row.country.isascii() and row.country.isupper()):  # noqa: PLR2004 - ISO 3166
        raise InvalidPayload("Property .country must be two capital letters such as DE")


_WIRE: Final = {"time_zone": "timezone", "own_time_zone": "timezone"}


def _delete(row: Area | Store, what: str) -> None:
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError as error:
        raise _in_use(row, what, f"It is still assigned: {_users(error.protected_objects)}.") from error


def _users(assignments: Any) -> str:
    """campaign Spring sale, API key Till 1 and 3 more"""
    owners = sorted({_owner(one) for one in assignments})
    more = f" and {len(owners) - _NAMED} more" if len(owners) > _NAMED else ""
    return ", ".join(owners[:_NAMED]) + more


def _owner(row: models.Model) -> str:
    if isinstance(row, ApiKey):
        return f"API key {row}"
    for name, word in (("campaign", "campaign"), ("key", "API key"), ("user", "person")):
        if hasattr(row, f"{name}_id"):
            return f"{word} {getattr(row, name)}"
    return str(row)


def _in_use(row: Area | Store, what: str, details: str) -> ResourceInUse:
    return ResourceInUse(details, resource_id=row.public_id, resource_type=what)


def _locked[Row: Area | Store](model: type[Row], pk: int) -> Row:
    rows: list[Any] = lock(model._default_manager.filter(pk=pk))
    if not rows:
        raise NotFound.of(model._meta.model_name or "", str(pk))
    found: Row = rows[0]
    return found


def _facts(row: Area | Store, fields: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in fields}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
