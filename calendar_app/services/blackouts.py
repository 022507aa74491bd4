"""Dates that are closed to promotions: made, changed, lifted. Who may is ops and finance, not who plans."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from calendar_app.models import Blackout
from core import audit, events
from core.actors import Actor
from core.errors import DuplicateFound, Forbidden, InvalidPayload, MissingPermission, NotFound
from core.locking import lock
from core.places import Limit
from promotions.models import Campaign, Category

OBJECT: Final = "blackout"
_COLUMNS: Final = (
    "name", "reason", "strength", "forbids", "starts_on", "ends_on", "starts_at", "ends_at",
    "repeats_yearly", "places", "categories", "campaign_types",
)  # fmt: skip
_MOST: Final = 100


@transaction.atomic
def create(*, values: Mapping[str, Any], actor: Actor, now: datetime) -> Blackout:
    """`values` by column: days (`ends_on` included) or instants, and what it counts for.

    What runs on these dates goes on: it is a conflict that the calendar shows. From now on nothing is
    launched or moved into them, or people are warned.

    :raises InvalidPayload: no dates, or dates that do not fit each other. :raises NotFound: unknown category.
    :raises DuplicateFound: another one has this name.
    :raises MissingPermission: he may not. :raises Forbidden: it would count where he does not work.
    """
    _refuse_stranger(actor, "create")
    row = Blackout(created_at=now, **{name: values[name] for name in _COLUMNS if name in values})
    _check(row, actor)
    _keep(row)
    _note(row, "created", actor, now, after=_terms(row))
    return row


@transaction.atomic
def update(*, blackout_id: int, values: Mapping[str, Any], actor: Actor, now: datetime) -> Blackout:
    """Change what is given. :raises DomainError: as `create`."""
    _refuse_stranger(actor, "modify")
    row = _held(blackout_id)
    _refuse_elsewhere(row, actor)
    before = _terms(row)
    for name in _COLUMNS:
        if name in values:
            setattr(row, name, values[name])
    _check(row, actor)
    old, new = audit.changes(before, _terms(row))
    if new:
        row.updated_at = now
        _keep(row)
        _note(row, "updated", actor, now, before=old, after=new)
    return row


@transaction.atomic
def delete(*, blackout_id: int, actor: Actor, now: datetime) -> None:
    """The dates are open again; the audit log keeps what was closed. :raises DomainError: as `create`."""
    _refuse_stranger(actor, "delete")
    row = _held(blackout_id)
    _refuse_elsewhere(row, actor)
    row.deleted_at = row.updated_at = now
    row.save(update_fields=["deleted_at", "updated_at"])
    _note(row, "deleted", actor, now, before=_terms(row))


def checked(*, values: Mapping[str, Any], actor: Actor, now: datetime) -> Blackout:
    """The blackout that these values would make, for a look at what it hits. Nothing is kept.

    :raises DomainError: as `create`.
    """
    row = Blackout(created_at=now, **{name: values[name] for name in _COLUMNS if name in values})
    _check(row, actor, with_name=False)
    return row


def _refuse_stranger(actor: Actor, verb: str) -> None:
    permission = f"blackouts.{verb}"
    if not actor.may(permission):
        raise MissingPermission(f"The permission {permission} is needed.")


def _refuse_elsewhere(row: Blackout, actor: Actor) -> None:
    if actor.places is not None and not Limit(actor.places).contains(row.places):
        raise Forbidden("It has to be for areas or stores of yours, and for no others.")


def _held(blackout_id: int) -> Blackout:
    rows = lock(Blackout.objects.filter(pk=blackout_id, deleted_at=None))
    if not rows:
        raise NotFound.of(OBJECT, str(blackout_id))
    return rows[0]


def _keep(row: Blackout) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise DuplicateFound(f"There is a blackout called {row.name} already.") from error


def _check(row: Blackout, actor: Actor, *, with_name: bool = True) -> None:
    if with_name and not row.name.strip():
        raise InvalidPayload("A blackout needs a name.")
    if with_name and not row.reason.strip():
        raise InvalidPayload("Say why: whoever is refused reads it.")
    check_days(row.starts_on, row.ends_on, is_yearly=row.repeats_yearly, needed=row.starts_at is None)
    _check_instants(row)
    _check_scope(row)
    _refuse_elsewhere(row, actor)
    if with_name and _others(row).exists():
        raise DuplicateFound(f"There is a blackout called {row.name} already.")


def _others(row: Blackout) -> Any:
    return Blackout.objects.filter(name=row.name, deleted_at=None).exclude(pk=row.pk)


def check_days(first: date | None, last: date | None, *, is_yearly: bool, needed: bool = True) -> None:
    """Days of a stretch fit each other. :raises InvalidPayload: they do not."""
    if first is None and last is None and not needed:
        return
    if first is None or last is None:
        raise InvalidPayload("Say the first and the last day.")
    if last < first:
        raise InvalidPayload("The last day must not be before the first one.")
    if is_yearly and (last - first).days >= 365:  # noqa: PLR2004 - a year has as many days
        raise InvalidPayload("What comes every year must be shorter than a year.")


def _check_instants(row: Blackout) -> None:
    by_instants = row.starts_at is not None or row.ends_at is not None
    if not by_instants:
        return
    if row.starts_on is not None or row.ends_on is not None:
        raise InvalidPayload("Give whole days or exact times, not both.")
    if row.starts_at is None or row.ends_at is None:
        raise InvalidPayload("Say from when and until when.")
    if row.ends_at <= row.starts_at:
        raise InvalidPayload("It must end after it begins.")
    if row.repeats_yearly:
        raise InvalidPayload("Only whole days can come every year.")


def _check_scope(row: Blackout) -> None:
    row.places, row.categories = _once(row.places), _once(row.categories)
    row.campaign_types = _once(row.campaign_types)
    if any(len(listed) > _MOST for listed in (row.places, row.categories)):
        raise InvalidPayload(f"At most {_MOST} places and categories can be named.")
    known = set(Category.objects.filter(public_id__in=row.categories).values_list("public_id", flat=True))
    # Those that were named before may be gone by now.
    before = Blackout.objects.filter(pk=row.pk).values_list("categories", flat=True).first() or []
    for key in row.categories:
        if key not in known and key not in before:
            raise NotFound.of("category", key)
    if not set(row.campaign_types) <= set(Campaign.CampaignType.values):
        raise InvalidPayload(f"Kinds of campaigns are: {', '.join(Campaign.CampaignType.values)}.")


def _once(listed: Collection[str]) -> list[str]:
    return list(dict.fromkeys(listed))


def _terms(row: Blackout) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in _COLUMNS}
    return {key: str(value) if isinstance(value, date) else value for key, value in found.items()}


def _note(row: Blackout, verb: str, actor: Actor, now: datetime, **shown: Any) -> None:
    audit.log(actor, f"{OBJECT}.{verb}", row, now=now, **shown)
    events.emit(f"{OBJECT}.{verb}", entity=row, actor=actor, now=now, payload={"blackout_id": row.public_id})
