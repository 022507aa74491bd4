"""What was found becomes rows: conflicts begin, change, are open again, and go. Part of a pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from approvals.models import ApprovalRequest
from calendar_app.conflict_facts import Looked, extent_of, facts_of, key_of_right, terms_of, unit_of_right
from calendar_app.conflict_terms import Extent, grown
from calendar_app.models import Conflict, ConflictDecision
from calendar_app.overlaps import Counts, Found, How, sentence
from calendar_app.services import conflict_telling
from calendar_app.services.conflict_telling import Again
from calendar_app.services.conflicts import decided
from core import languages, project, words
from core.instants import format_instant, format_optional
from core.locking import lock
from promotions.models import Campaign, PromotionTier

State, Verdict = Conflict.State, ConflictDecision.Verdict
_BATCH: Final = 500
_WRITTEN: Final = (
    "kind", "severity", "certainty", "state", "left_unit", "right_unit", "left_key", "right_key",
    "left_campaign", "right_campaign", "left_tier", "right_tier", "request", "starts_at", "ends_at", "spans",
    "sentence", "facts", "customers", "customers_how", "products", "products_how", "cost", "counted_at",
    "terms", "found_at", "seen_at", "gone_at", "told_at", "acceptance", "reopened_because",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a pass has to write.

    `found` are conflicts that are new or others than before, `gone` the keys of those that are not found any
    more. `looked` is what was counted and tried out, by key. `is_first`: nothing was ever compared before;
    then people are not told of each. `is_anew`: what was counted before does not count any more.
    """

    found: Mapping[str, Found]
    gone: Collection[str]
    looked: Mapping[str, Looked] = field(default_factory=dict)
    is_first: bool = False
    is_anew: bool = False


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What a pass made of the rows: all that were `found`, those among them that are `new`, that became big
    enough to be told of, or too small, and that are open `again`.
    """

    found: list[Conflict] = field(default_factory=list)
    new: list[Conflict] = field(default_factory=list)
    big: list[Conflict] = field(default_factory=list)
    small: list[Conflict] = field(default_factory=list)
    again: list[Again] = field(default_factory=list)


def settle(comparison: Comparison, *, now: datetime) -> int:
    """Bring the rows to what was found, and tell whoever should know; returns how many changed.

    Runs in the caller's transaction.
    """
    rows = {row.key: row for row in _rows(comparison)}
    gone = [rows[key] for key in comparison.gone if key in rows and rows[key].state != State.GONE]
    with words.speaking_for(project.current()), languages.plainly():
        done = _brought(rows, comparison, now)
        for row in gone:
            row.state, row.gone_at = State.GONE, now
        _open_again(done.again, now)
        _load_sides([*done.found, *gone])
        opened = {one.row.key for one in done.again}
        told = [row for row in done.big if row.state == State.OPEN and row.key not in opened]
        conflict_telling.tell_people(found=told, again=done.again, is_first=comparison.is_first, now=now)
    _store(done.found)
    Conflict._base_manager.filter(pk__in=[row.pk for row in gone]).update(state=State.GONE, gone_at=now)
    over = [*done.small, *(row for row in gone if not row.is_small)]
    conflict_telling.tell_webhooks(found=told, gone=over, again=done.again, now=now)
    return len(done.new) + len(gone) + len(opened - {row.key for row in done.new})


def _brought(rows: Mapping[str, Conflict], comparison: Comparison, now: datetime) -> Changed:
    done = Changed()
    for key, found in comparison.found.items():
        row = rows.get(key) or Conflict(key=key, state=State.GONE, gone_at=now, found_at=now)
        was_told = row.state != State.GONE and not row.is_small
        _fill(row, found, comparison.looked.get(key), now)
        if comparison.is_anew and key not in comparison.looked:
            row.counted_at = None
        why = _more_than_accepted(row, found, now)
        if row.state == State.GONE:
            row.found_at, row.gone_at = now, None
            row.state = State.ACCEPTED if row.acceptance is not None else State.OPEN
            done.new.append(row)
        if why and row.acceptance is not None:
            done.again.append(Again(row=row, why=" ".join(why), was=row.acceptance))
        if was_told is row.is_small:
            (done.small if was_told else done.big).append(row)
        done.found.append(row)
    return done


def _rows(comparison: Comparison) -> Iterable[Conflict]:
    """Those that are there already, locked, with what was accepted."""
    keys = [*comparison.found, *comparison.gone]
    pks = [row.pk for row in lock(Conflict._base_manager.filter(key__in=keys).only("pk"))]
    return Conflict._base_manager.filter(pk__in=pks).select_related("acceptance")


def _fill(row: Conflict, found: Found, looked: Looked | None, now: datetime) -> None:
    """The columns as they are found now; what was counted stays until it is counted anew."""
    left, right, first_at = found.left, found.right, found.first_at or now
    terms = terms_of(found)
    is_same = row.terms == terms
    began = row.starts_at if is_same and row.starts_at is not None else first_at
    row.kind, row.severity, row.certainty = found.kind.value, found.severity.value, found.certainty.value
    row.left_unit, row.right_unit = left.unit, unit_of_right(found)
    row.left_key, row.right_key = left.key, key_of_right(found)
    row.left_campaign_id, row.left_tier_id = left.campaign_id or None, left.tier_id
    row.right_campaign_id = (right.campaign_id or None) if right is not None else None
    row.right_tier_id = right.tier_id if right is not None else None
    row.request_id = left.request_id or (right.request_id if right is not None else None)
    # What began stays begun, although only what is still to come is found.
    row.starts_at = min(began, first_at)
    row.ends_at = found.spans[-1][1] if found.spans else None
    row.spans = [[format_instant(begins), format_optional(ends)] for begins, ends in found.spans]
    if looked is not None:
        _count(row, looked.counts)
        row.counted_at = now
    elif not is_same:
        _count(row, Counts())
        row.counted_at = None
    kept = row.facts if is_same else {}
    row.facts = facts_of(found, looked, kept=kept, extent=_extent(row, found))
    row.sentence = sentence(found, _counts(row))
    row.terms, row.seen_at = terms, now


def _count(row: Conflict, counts: Counts) -> None:
    row.customers, row.customers_how = counts.customers, counts.customers_how.value
    row.products, row.products_how = counts.products, counts.products_how.value
    row.cost = counts.cost


def _counts(row: Conflict) -> Counts:
    """As they were counted last."""
    return Counts(
        customers=row.customers,
        customers_how=How(row.customers_how),
        products=row.products,
        products_how=How(row.products_how),
        cost=row.cost,
    )


def _extent(row: Conflict, found: Found) -> Extent:
    return extent_of(found, customers=row.customers, products=row.products)


def _more_than_accepted(row: Conflict, found: Found, now: datetime) -> list[str]:
    """Why an acceptance does not hold any more; empty: it does, or there is none."""
    if row.acceptance is None:
        return []
    accepted, is_same = Extent.from_json(row.acceptance.extent), row.acceptance.terms == row.terms
    extent = _extent(row, found)
    if is_same or row.counted_at is None:
        # Of the same terms numbers only drift; of others they are judged once they are counted.
        extent = extent.without_numbers()
    return grown(accepted, extent, now=now, names={"left": found.left.label, "right": _right_name(found)})


def _right_name(found: Found) -> str:
    return found.right.label if found.right is not None else ""


def _open_again(again: Sequence[Again], now: datetime) -> None:
    """What was accepted is more than that now: nobody's word holds for it."""
    made = []
    for one in again:
        made.append(decided(one.row, Verdict.REOPENED, one.why, conflict_telling.calendar(), now))
        one.row.state, one.row.acceptance, one.row.reopened_because = State.OPEN, None, one.why
    ConflictDecision.objects.bulk_create(made)
    conflict_telling.note_reopened(again, now)


def _store(rows: Sequence[Conflict]) -> None:
    Conflict._base_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=_WRITTEN, batch_size=_BATCH
    )


def _load_sides(rows: Sequence[Conflict]) -> None:
    """Campaigns, tiers and requests of all of them, in three queries."""
    campaigns = Campaign._base_manager.in_bulk(_ids(rows, "left_campaign_id", "right_campaign_id"))
    tiers = PromotionTier._base_manager.in_bulk(_ids(rows, "left_tier_id", "right_tier_id"))
    requests = ApprovalRequest._base_manager.in_bulk(_ids(rows, "request_id"))
    for row in rows:
        row.left_campaign = campaigns.get(row.left_campaign_id or 0)
        row.right_campaign = campaigns.get(row.right_campaign_id or 0)
        row.left_tier = tiers.get(row.left_tier_id or 0)
        row.right_tier = tiers.get(row.right_tier_id or 0)
        row.request = requests.get(row.request_id or 0)


def _ids(rows: Iterable[Conflict], *names: str) -> set[Any]:
    return {getattr(row, name) for row in rows for name in names} - {None}
