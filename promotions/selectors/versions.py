"""Versions of terms: those a decision was made on, those that something had, and whether any is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model, Q, QuerySet

from promotions import terms
from promotions.models import Redemption, Version, Voucher
from promotions.redeemables import Found

_BATCH: Final = 1000


def ids_of(found: Iterable[Found]) -> list[int]:
    """Primary keys of the versions of these redeemables, their campaigns and their rules; no query.

    What has no version (a code that takes everything from its campaign) is left out.
    """
    ids: set[int] = set()
    for entry in found:
        rows = (entry.row, entry.campaign)
        ids.update(pk for row in rows if (pk := getattr(row, "version_id", None)) is not None)
        ids.update(entry.rule_version_ids)
    return sorted(ids)


def of(entity: Model) -> QuerySet[Version]:
    """The versions of one campaign, tier, code, rule or budget, newest first."""
    subject = terms.kind_of(type(entity)).subject
    return Version.objects.filter(subject_type=subject, subject_id=entity.pk).order_by("-number")


@dataclass(frozen=True, kw_only=True)
class Named:
    """A version and what it is a version of; `entity` is None if that was deleted for good."""

    version: Version
    entity: Any | None


def of_redemption(redemption: Redemption) -> list[Named]:
    """The versions that a redemption was decided on, rules first; one query for each kind of thing."""
    found = list(Version.objects.filter(pk__in=redemption.version_ids))
    named = []
    for kind in terms.KINDS:
        mine = [version for version in found if version.subject_type == kind.subject]
        entities = kind.model.objects.in_bulk([version.subject_id for version in mine]) if mine else {}
        named += [Named(version=one, entity=entities.get(one.subject_id)) for one in mine]
    return named


def versioned[Row: Model](model: type[Row]) -> QuerySet[Row]:
    """The rows that have versions of their own, or should."""
    return model._default_manager.filter(terms.OF_THEIR_OWN if model is Voucher else Q())


@dataclass(frozen=True, kw_only=True)
class Drifted:
    """Something whose present terms are not those of its newest version. `number` None: it has no version."""

    subject: Version.Subject
    public_id: str
    number: int | None


def drift() -> Iterator[Drifted]:
    """Go through everything that has terms; read in batches by key, so it may run beside the shop."""
    for kind in terms.KINDS:
        last = 0
        rows = terms.read(versioned(kind.model)).order_by("pk")
        while some := list(rows.filter(pk__gt=last)[:_BATCH]):
            last = some[-1]["pk"]
            for row in some:
                if row["version_sha256"] != terms.digest(terms.content(kind.model, row)):
                    yield Drifted(
                        subject=kind.subject, public_id=row["public_id"], number=row["version_number"]
                    )
