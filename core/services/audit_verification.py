"""The proof that sealed rows say what they said: seal by seal, row by row, beside the running shop."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef

from core import events, project, seals
from core.actors import Actor
from core.models import ProjectSettings, Seal, SealHead, SealVerification
from core.models.seals import DIGEST_LENGTH
from core.seals import ID_MIN, SealedTable
from core.services import sealing

logger = logging.getLogger(__name__)

FAILED: Final = "audit.verification_failed"
MOST_TOLD: Final = 50
AT_HOUR: Final = 4
"""When it is due, on the project's wall clock."""

_SEALS: Final = Seal._meta.db_table
_FETCHED_AT_ONCE: Final = 20


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`table` and `id` of what is wrong; `id` of a seal is its number."""

    table: str
    id: int
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.id}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A seal's digest as somebody kept it elsewhere."""

    number: int
    digest: str


@dataclass(kw_only=True)
class Verified:
    """`number` and `digest` are the end of the chain that was proven."""

    started_at: datetime
    number: int
    digest: str
    seconds: Decimal = Decimal(0)
    seals_count: int = 0
    rows_count: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify(*, now: datetime, expected: Expected | None = None) -> Verified:
    """Prove every seal up to the present end of the chain. Reads only.

    Younger rows wait for their seal and are not looked at, so that nothing that is being written disturbs.
    """
    began = time.perf_counter()
    head, beyond = _end_of_chain()
    done = Verified(started_at=now, number=head.number if head else 0, digest=head.digest if head else "")
    walk = _Walk(done)
    for one in _seals_up_to(done.number):
        walk.step(one)
    walk.end(beyond)
    if head is None and Seal.objects.exists():
        done.findings.append(Finding(table=SealHead._meta.db_table, id=1, what="it was removed"))
    if expected is not None:
        found = Seal.objects.filter(number=expected.number).values_list("digest", flat=True).first()
        if found != expected.digest:
            told = f"its digest is {found}" if found else "it is missing"
            done.findings.append(_of_seal(expected.number, f"{told}; {expected.digest} is expected"))
    done.seconds = Decimal(str(round(time.perf_counter() - began, 3)))
    return done


def last() -> SealVerification | None:
    """How the newest verification ended; None: there was none."""
    return SealVerification.objects.order_by("-started_at", "-pk").first()


def run_when_due(*, actor: Actor, now: datetime) -> Verified | None:
    """Verify once after each night's hour; None when that was done. Two at once are harmless."""
    newest = last()
    if newest is not None and newest.started_at >= _due_at(project.current().zone, now):
        return None
    done = verify(now=now)
    note(done, actor=actor, now=now)
    return done


@transaction.atomic
def note(done: Verified, *, actor: Actor, now: datetime) -> SealVerification:
    """Keep how a verification ended, and tell when something was found."""
    told = [{"table": one.table, "id": one.id, "what": one.what} for one in done.findings[:MOST_TOLD]]
    row = SealVerification.objects.create(
        started_at=done.started_at,
        seconds=done.seconds,
        seals_count=done.seals_count,
        rows_count=done.rows_count,
        head_number=done.number,
        head_digest=done.digest,
        findings_count=len(done.findings),
        findings=told,
    )
    if done.findings:
        logger.error("the chain of seals is broken in %d places: %s", len(done.findings), told[:5])
        payload: dict[str, Any] = {"count": len(done.findings), "findings": told}
        settings = ProjectSettings.objects.get(pk=project.current().pk)
        events.emit(FAILED, entity=settings, actor=actor, now=now, payload=payload)
    return row


class _Walk:
    """From seal to seal: what the last one was, and up to which id each table is covered."""

    def __init__(self, done: Verified) -> None:
        self._done = done
        self._number = 0
        self._digest = ""
        self._covered: dict[str, int] = {}

    def step(self, one: Seal) -> None:
        self._missing_before(one.number)
        if one.previous != self._digest and one.number == self._number + 1:
            self._find(_of_seal(one.number, "it does not follow from the seal before it"))
        if one.digest != sealing.digest_of(one):
            self._find(_of_seal(one.number, f"it was changed; it seals {_span(one)}"))
        if one.after_id != self._covered.get(one.table, ID_MIN):
            self._find(_of_seal(one.number, f"it does not begin where {one.table} was sealed to"))
        self._rows(one)
        self._number, self._digest = one.number, one.digest
        self._covered[one.table] = one.last_id
        self._done.seals_count += 1

    def end(self, beyond: list[int]) -> None:
        """What must be true of the last seal, and that there is none after it."""
        self._missing_before(self._done.number + 1)
        if self._number == self._done.number and self._digest != self._done.digest:
            self._find(_of_seal(self._number, "it is not the one that the chain ended with"))
        for number in beyond:
            self._find(_of_seal(number, "it was added after the end of the chain"))

    def _missing_before(self, number: int) -> None:
        first, last = self._number + 1, number - 1
        if first <= last:
            what = "it is missing" if first == last else f"it and all seals up to {last} are missing"
            self._find(_of_seal(first, what))

    def _rows(self, one: Seal) -> None:
        table = seals.find(one.table)
        if table is None or not table.knows(one.columns):
            self._find(_of_seal(one.number, f"there is no {one.table} with the columns that it seals"))
            return
        self._done.rows_count += len(one.ids)
        present = table.digests(one.columns, after_id=one.after_id, last_id=one.last_id)
        if [pk for pk, _ in present] != one.ids or b"".join(row for _, row in present) != bytes(
            one.row_digests
        ):
            self._done.findings += _differences(one, table, dict(present))

    def _find(self, finding: Finding) -> None:
        self._done.findings.append(finding)


def _differences(one: Seal, table: SealedTable, present: dict[int, bytes]) -> list[Finding]:
    """The rows of a seal that do not say what they said."""
    digests = bytes(one.row_digests)
    length = DIGEST_LENGTH
    sealed = {pk: digests[at * length : (at + 1) * length] for at, pk in enumerate(one.ids)}
    found = []
    for pk in sorted({*sealed, *present}):
        if pk not in present:
            found.append(Finding(table=table.name, id=pk, what="it was removed"))
        elif pk not in sealed:
            found.append(Finding(table=table.name, id=pk, what="it was inserted later"))
        elif sealed[pk] != present[pk]:
            found.append(Finding(table=table.name, id=pk, what="it was changed"))
    return found


def _end_of_chain() -> tuple[SealHead | None, list[int]]:
    """The head, and the numbers of seals beyond it, by one statement: of one moment."""
    beyond = Seal.objects.filter(number__gt=OuterRef("number")).order_by("number").values("number")
    head = SealHead.objects.annotate(beyond=ArraySubquery(beyond[:MOST_TOLD])).first()
    return (head, head.beyond) if head is not None else (None, [])


def _seals_up_to(number: int) -> Iterator[Seal]:
    last_seen = ID_MIN
    while page := list(
        Seal.objects.filter(number__gt=last_seen, number__lte=number).order_by("number")[:_FETCHED_AT_ONCE]
    ):
        yield from page
        last_seen = page[-1].number


def _of_seal(number: int, what: str) -> Finding:
    return Finding(table=_SEALS, id=number, what=what)


def _span(one: Seal) -> str:
    return f"{len(one.ids)} rows of {one.table} up to {one.last_id}"


def _due_at(zone: ZoneInfo, now: datetime) -> datetime:
    local = now.astimezone(zone)
    due = local.replace(hour=AT_HOUR, minute=0, second=0, microsecond=0, fold=0)
    return due if due <= now else due - timedelta(days=1)
