"""Locations: drawn in the admin, read over the API (contract: data file 15)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from commerce.models import Location
from commerce.selectors import locations as selectors
from core import audit
from core.actors import Actor
from core.api import filter_geo
from core.errors import DuplicateFound, InvalidPayload, NotFound, ResourceInUse
from core.locking import lock

RESOURCE: Final = "location"
_NAMED: Final = 5


@transaction.atomic
def create(*, name: str, shape: Mapping[str, Any], actor: Actor, now: datetime) -> Location:
    """:raises InvalidPayload: no shape. :raises DuplicateFound: the name is taken."""
    location = Location(name=name, shape=_checked(shape), created_at=now)
    _save(location)
    audit.log(actor, "location.created", location, now=now, after={"name": name, "shape": location.shape})
    return location


@transaction.atomic
def update(*, location_id: int, name: str, shape: Mapping[str, Any], actor: Actor, now: datetime) -> Location:
    """Segments and collections that name it follow at once; members of followed segments when they are
    looked at again.

    :raises InvalidPayload: no shape.
    :raises DuplicateFound: the name is taken.
    :raises NotFound: deleted in the meantime.
    """
    location = _locked(location_id)
    before = {"name": location.name, "shape": location.shape}
    location.name, location.shape, location.updated_at = name, _checked(shape), now
    _save(location)
    old, new = audit.changes(before, {"name": location.name, "shape": location.shape})
    if new:
        audit.log(actor, "location.updated", location, now=now, before=old, after=new)
    return location


@transaction.atomic
def delete(*, location_id: int, actor: Actor, now: datetime) -> None:
    """:raises ResourceInUse: a segment or a collection names it."""
    location = _locked(location_id)
    users = selectors.users_of(location)
    if users:
        named = ", ".join(f"{one._meta.verbose_name} {one.name}" for one in users[:_NAMED])
        raise ResourceInUse(
            f"Location {location.name} is used by {named}. Take it out there first.",
            resource_id=location.public_id,
            resource_type=RESOURCE,
        )
    audit.log(actor, "location.deleted", location, now=now, before={"name": location.name})
    location.delete()


def _locked(location_id: int) -> Location:
    rows = lock(Location.objects.filter(pk=location_id))
    if not rows:
        raise NotFound.of(RESOURCE, str(location_id))
    return rows[0]


def _checked(shape: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        filter_geo.area(shape)
    except filter_geo.InvalidShape as error:
        raise InvalidPayload(f"Property .shape: {error}") from None
    return shape


def _save(location: Location) -> None:
    try:
        with transaction.atomic():
            if location._state.adding:
                location.save(force_insert=True)
            else:
                location.save(update_fields=["name", "shape", "updated_at"])
    except IntegrityError:
        raise DuplicateFound(f"Duplicated location exists with name {location.name}") from None
