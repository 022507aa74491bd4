"""Seasons and notes on the calendar: made, changed, deleted. They refuse nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from calendar_app.models import CalendarNote, Season
from calendar_app.services.blackouts import check_days
from core import audit
from core.actors import Actor
from core.errors import InvalidPayload, MissingPermission, NotFound
from core.locking import lock

_SEASON: Final = ("name", "starts_on", "ends_on", "repeats_yearly", "colour")
_NOTE: Final = ("starts_on", "ends_on", "text")
_LONGEST_NOTE: Final = 2000


@transaction.atomic
def create(*, values: Mapping[str, Any], actor: Actor, now: datetime) -> Season:
    """:raises InvalidPayload: no name, or days or a colour that do not fit.
    :raises MissingPermission: he may not, or works in single areas: seasons are everybody's.
    """
    _refuse_stranger(actor, "seasons.create")
    row = Season(created_at=now, **{name: values[name] for name in _SEASON if name in values})
    _check_season(row)
    row.save(force_insert=True)
    audit.log(actor, "season.created", row, now=now, after=_terms(row, _SEASON))
    return row


@transaction.atomic
def update(*, season_id: int, values: Mapping[str, Any], actor: Actor, now: datetime) -> Season:
    """Change what is given. :raises DomainError: as `create`."""
    _refuse_stranger(actor, "seasons.modify")
    row = _held(Season, season_id)
    before = _taken_over(row, values, _SEASON)
    _check_season(row)
    _keep(row, before, _SEASON, "season.updated", actor, now)
    return row


@transaction.atomic
def delete(*, season_id: int, actor: Actor, now: datetime) -> None:
    """:raises DomainError: as `create`."""
    _refuse_stranger(actor, "seasons.delete")
    row = _held(Season, season_id)
    audit.log(actor, "season.deleted", row, now=now, before=_terms(row, _SEASON))
    row.delete()


@transaction.atomic
def write(*, values: Mapping[str, Any], actor: Actor, now: datetime) -> CalendarNote:
    """A new note; without a last day it is about one day.

    :raises InvalidPayload: no text, or days that do not fit. :raises MissingPermission: he may not.
    """
    _refuse(actor, "calendar_notes.create")
    given = {name: values[name] for name in _NOTE if name in values}
    row = CalendarNote(author_id=actor.id, author=actor.label, created_at=now, **given)
    _check_note(row)
    row.save(force_insert=True)
    audit.log(actor, "calendar_note.created", row, now=now, after=_terms(row, _NOTE))
    return row


@transaction.atomic
def rewrite(*, note_id: int, values: Mapping[str, Any], actor: Actor, now: datetime) -> CalendarNote:
    """Change what is given; who wrote it stays named. :raises DomainError: as `write`."""
    _refuse(actor, "calendar_notes.modify")
    row = _held(CalendarNote, note_id)
    before = _taken_over(row, values, _NOTE)
    _check_note(row)
    _keep(row, before, _NOTE, "calendar_note.updated", actor, now)
    return row


@transaction.atomic
def erase(*, note_id: int, actor: Actor, now: datetime) -> None:
    """:raises DomainError: as `write`."""
    _refuse(actor, "calendar_notes.delete")
    row = _held(CalendarNote, note_id)
    audit.log(actor, "calendar_note.deleted", row, now=now, before=_terms(row, _NOTE))
    row.delete()


def _refuse_stranger(actor: Actor, permission: str) -> None:
    _refuse(actor, permission)
    if actor.places is not None:
        raise MissingPermission("Seasons are changed by people who work everywhere.")


def _refuse(actor: Actor, permission: str) -> None:
    if not actor.may(permission):
        raise MissingPermission(f"The permission {permission} is needed.")


def _held[Row: Season | CalendarNote](model: type[Row], pk: int) -> Row:
    rows = lock(QuerySet[Row](model).filter(pk=pk))
    if not rows:
        raise NotFound.of(str(model._meta.verbose_name), str(pk))
    return rows[0]


def _check_season(row: Season) -> None:
    if not row.name.strip():
        raise InvalidPayload("A season needs a name.")
    if row.colour not in Season.Colour.values:
        raise InvalidPayload(f"Colours are: {', '.join(Season.Colour.values)}.")
    check_days(row.starts_on, row.ends_on, is_yearly=row.repeats_yearly)


def _check_note(row: CalendarNote) -> None:
    if not row.text.strip():
        raise InvalidPayload("A note needs a text.")
    if len(row.text) > _LONGEST_NOTE:
        raise InvalidPayload(f"A note has {_LONGEST_NOTE:,} characters at most.")
    row.ends_on = row.ends_on or row.starts_on
    check_days(row.starts_on, row.ends_on, is_yearly=False)


def _taken_over(
    row: Season | CalendarNote, values: Mapping[str, Any], columns: tuple[str, ...]
) -> dict[str, Any]:
    """Change what is given, unsaved; returns what it was before."""
    before = _terms(row, columns)
    for name in columns:
        if name in values:
            setattr(row, name, values[name])
    return before


def _keep(
    row: Season | CalendarNote,
    before: dict[str, Any],
    columns: tuple[str, ...],
    name: str,
    actor: Actor,
    now: datetime,
) -> None:
    old, new = audit.changes(before, _terms(row, columns))
    if new:
        row.updated_at = now
        row.save()
        audit.log(actor, name, row, now=now, before=old, after=new)


def _terms(row: Season | CalendarNote, columns: tuple[str, ...]) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in columns}
    return {key: str(value) if isinstance(value, date) else value for key, value in found.items()}
