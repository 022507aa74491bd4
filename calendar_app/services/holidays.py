"""Of which countries the calendar shows the public holidays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from calendar_app import holidays
from calendar_app.models import HolidayRegion
from core import audit
from core.actors import Actor
from core.errors import DomainError, DuplicateFound, NotFound
from core.locking import lock

_NOUN = "holiday_region"


class UnknownRegion(DomainError):
    key = "unknown_holiday_region"
    message = "Unknown country or region"


@transaction.atomic
def add(*, country: str, subdivision: str, area_id: int | None, actor: Actor, now: datetime) -> HolidayRegion:
    """Show the holidays of a country, or of a part of it.

    :raises UnknownRegion: no such country, or the country has no such part.
    :raises DuplicateFound: they are shown already.
    """
    _check(country, subdivision, area_id)
    region = HolidayRegion.objects.create(
        country=country, subdivision=subdivision, area_id=area_id, created_at=now
    )
    audit.log(actor, "holiday_region.created", region, now=now, after=_terms(region))
    return region


@transaction.atomic
def change(
    *, region_id: int, country: str, subdivision: str, area_id: int | None, actor: Actor, now: datetime
) -> HolidayRegion:
    """:raises UnknownRegion: as when it is added.
    :raises DuplicateFound: as when it is added.
    """
    region = _locked(region_id)
    _check(country, subdivision, area_id, region_id)
    before = _terms(region)
    region.country, region.subdivision, region.area_id = country, subdivision, area_id
    region.updated_at = now
    region.save(update_fields=["country", "subdivision", "area", "updated_at"])
    old, new = audit.changes(before, _terms(region))
    if new:
        audit.log(actor, "holiday_region.updated", region, now=now, before=old, after=new)
    return region


@transaction.atomic
def remove(*, region_id: int, actor: Actor, now: datetime) -> None:
    """Show them no longer."""
    region = _locked(region_id)
    audit.log(actor, "holiday_region.deleted", region, now=now, before=_terms(region))
    region.delete()


def _locked(region_id: int) -> HolidayRegion:
    lock(HolidayRegion.objects.filter(pk=region_id))
    region = HolidayRegion.objects.filter(pk=region_id).first()
    if region is None:
        raise NotFound.of(_NOUN, str(region_id))
    return region


def _check(country: str, subdivision: str, area_id: int | None, own: int = 0) -> None:
    found = holidays.country(country)
    if found is None:
        raise UnknownRegion(f"The public holidays of {country[:10]!r} are not known.")
    if subdivision and subdivision not in dict(found.parts):
        raise UnknownRegion(f"{found.name} has no state or region {subdivision[:20]!r}.")
    same = HolidayRegion.objects.filter(country=country, subdivision=subdivision, area=area_id)
    if same.exclude(pk=own).exists():
        raise DuplicateFound(f"The public holidays of {found.name} are shown there already.")


def _terms(region: HolidayRegion) -> dict[str, object]:
    return {"country": region.country, "subdivision": region.subdivision, "area": region.area_id}
