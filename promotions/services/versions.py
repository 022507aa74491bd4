"""A version for every change of terms, written in the transaction of the change.

Services call `note` after they have saved. Who repeats what is there already makes no version, so it never
harms to call it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from itertools import batched
from typing import Any, Final

from django.db import transaction
from django.db.models import Model, OuterRef, Subquery

from core.actors import Actor
from core.locking import lock, retried
from promotions import terms
from promotions.models import (
    Campaign,
    PromotionTier,
    ValidationRule,
    ValidationRuleAssignment,
    Version,
    Voucher,
)
from promotions.selectors import versions as selectors

_SLICE: Final = 500
_RULED: Final[tuple[tuple[str, type[Model]], ...]] = (
    ("voucher", Voucher),
    ("promotion_tier", PromotionTier),
    ("campaign", Campaign),
)


type _Gathered = dict[tuple[type[Model], bool], set[int]]

_gathered: ContextVar[_Gathered | None] = ContextVar("what is noted at the end of a change", default=None)


@contextmanager
def together(*, actor: Actor, now: datetime) -> Iterator[None]:
    """What is noted inside is noted once, at the end: a change of many parts is one version of each.

    Within one transaction, which keeps the locks until then. Inside another one it is noted by that.
    """
    if _gathered.get() is not None:
        yield
        return
    found: _Gathered = {}
    token = _gathered.set(found)
    try:
        yield
    finally:
        _gathered.reset(token)
    for kind in terms.KINDS:
        for by_hand in (False, True):
            note_all(kind.model, found.get((kind.model, by_hand), ()), actor=actor, now=now, by_hand=by_hand)


def note(entity: Model, *, actor: Actor, now: datetime, by_hand: bool = False) -> None:
    """Make a version of the entity's terms as they are stored now, unless its newest one says the same.

    The caller holds the row's lock, or has just inserted it. A new version of a rule makes one of everything
    that has the rule. A code of a campaign gets versions once it has terms of its own; `by_hand` says that it
    got such that it could have from its campaign as well (uses, metadata, the bin).
    """
    note_all(type(entity), [entity.pk], actor=actor, now=now, by_hand=by_hand)


def note_all(
    model: type[Model], pks: Iterable[int], *, actor: Actor, now: datetime, by_hand: bool = False
) -> int:
    """`note` for many rows of one kind, in a constant number of statements for each 500; returns how many
    versions were made.
    """
    gathered = _gathered.get()
    if gathered is not None:
        gathered.setdefault((model, by_hand), set()).update(pks)
        return 0
    return sum(_note(model, some, actor, now, by_hand) for some in batched(sorted(pks), _SLICE))


def note_assigned(assignments: Sequence[ValidationRuleAssignment], *, actor: Actor, now: datetime) -> int:
    """`note_all` for what these assignments are or were about, after they were written. Locks it."""
    made = 0
    for column, model in _RULED:
        pks = [pk for one in assignments if (pk := getattr(one, f"{column}_id")) is not None]
        made += _lock_and_note(model, pks, actor, now)
    return made


def note_missing(*, actor: Actor, now: datetime, batch_size: int = _SLICE) -> Iterator[int]:
    """Bring in what is older than versions, or was written past the services: batch by batch, each in a
    transaction of its own; yields how many versions each batch made. May be stopped and begun again.
    """
    for kind in terms.KINDS:
        missing = selectors.versioned(kind.model).filter(version=None).order_by("pk")
        last = 0
        while pks := list(missing.filter(pk__gt=last).values_list("pk", flat=True)[:batch_size]):
            last = pks[-1]
            yield _missing_batch(kind.model, pks, actor, now)


@retried
@transaction.atomic
def _missing_batch(model: type[Model], pks: Sequence[int], actor: Actor, now: datetime) -> int:
    return _lock_and_note(model, pks, actor, now)


def _lock_and_note(model: type[Model], pks: Iterable[int], actor: Actor, now: datetime) -> int:
    made = 0
    for some in batched(sorted(pks), _SLICE):
        lock(model._base_manager.filter(pk__in=some).only("pk"))
        made += note_all(model, some, actor=actor, now=now)
    return made


def _note(model: type[Model], pks: Sequence[int], actor: Actor, now: datetime, by_hand: bool) -> int:
    rows = model._base_manager.all() if by_hand else selectors.versioned(model)
    found = list(terms.read(rows.filter(pk__in=pks)).order_by("pk"))
    count = _note_rules_without(found, actor, now)
    if count:
        found = list(terms.read(rows.filter(pk__in=pks)).order_by("pk"))
    subject = terms.kind_of(model).subject
    made = [version for row in found if (version := _next(model, subject, row, actor, now)) is not None]
    if not made:
        return count
    Version.objects.bulk_create(made)
    newest = Version.objects.filter(subject_type=subject, subject_id=OuterRef("pk")).order_by("-number")
    changed = [version.subject_id for version in made]
    model._base_manager.filter(pk__in=changed).update(version=Subquery(newest.values("pk")[:1]))
    if model is ValidationRule:
        with_rule = ValidationRuleAssignment.objects.filter(rule__in=changed)
        count += note_assigned(list(with_rule), actor=actor, now=now)
    return count + len(made)


def _note_rules_without(found: Sequence[dict[str, Any]], actor: Actor, now: datetime) -> int:
    """Terms name the version of their rule, so the rule gets one first. Returns how many were made."""
    unversioned = (row for row in found if row.get(terms.RULE_ID) and row[terms.RULE_VERSION] is None)
    missing = {row[terms.RULE_ID] for row in unversioned}
    if not missing:
        return 0
    pks = ValidationRule.objects.filter(public_id__in=missing).values_list("pk", flat=True)
    return _lock_and_note(ValidationRule, list(pks), actor, now)


def _next(
    model: type[Model], subject: Version.Subject, row: dict[str, Any], actor: Actor, now: datetime
) -> Version | None:
    """The version to be made of a row, or None if its newest one has these terms."""
    content = terms.content(model, row)
    digest = terms.digest(content)
    if digest == row["version_sha256"]:
        return None
    return Version(
        subject_type=subject,
        subject_id=row["pk"],
        number=(row["version_number"] or 0) + 1,
        content=content,
        sha256=digest,
        created_at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id[:100],
        actor_label=actor.label[:200],
        channel=actor.channel,
    )
