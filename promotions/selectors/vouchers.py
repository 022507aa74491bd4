"""Finding vouchers, and loading them with what printing needs."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import FETCH_PEERS, Case, F, Func, JSONField, OrderBy, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf

from core import project, unknown_codes
from core.errors import NotFound
from core.ids import has_prefix
from core.models import ProjectSettings
from promotions.models import DRAFTS, Campaign, Voucher
from promotions.selectors.validation_rules import with_assignment

_PRINTED_WITH: Final = ("campaign", "campaign__category", "category", "holder")


IS_REFERRAL_CODE: Final = Case(
    When(campaign__campaign_type=Campaign.CampaignType.REFERRAL_PROGRAM, then=True), default=False
)
"""Of a voucher, or of anything else that has a campaign."""


def printable(vouchers: QuerySet[Voucher]) -> QuerySet[Voucher]:
    """Rows know their peers, so that points of cards are asked once for all of them."""
    return with_assignment(vouchers.select_related(*_PRINTED_WITH)).fetch_mode(FETCH_PEERS)


def present() -> QuerySet[Voucher]:
    """Everything that is not in the bin, alone or with its campaign."""
    return Voucher.objects.filter(deleted_at=None, released_at=None, campaign__deleted_at=None)


def listed(vouchers: QuerySet[Voucher]) -> QuerySet[Voucher]:
    """With names for what a voucher has itself or from its campaign, to filter by."""
    return vouchers.alias(
        shown_category=Coalesce("category__name", "campaign__category__name"),
        shown_category_id=Coalesce("category__public_id", "campaign__category__public_id"),
        shown_starts_at=Coalesce("starts_at", "campaign__starts_at"),
        shown_ends_at=Coalesce("ends_at", "campaign__ends_at"),
        shown_timeframe=Coalesce(
            NullIf("timeframe_interval", Value("")), "campaign__timeframe_interval", Value("")
        ),
        shown_weekdays=Func(
            Coalesce("days_of_week", "campaign__days_of_week"),
            function="to_jsonb",
            output_field=JSONField(),
        ),
        shown_hours=Coalesce("validity_hours", "campaign__validity_hours"),
        is_referral_code=IS_REFERRAL_CODE,
    )


def get(reference: str, *, from_bin: bool = False) -> Voucher:
    """The voucher of a path, ready to be printed: id or code. Ids go first, a code may look like one.

    :raises NotFound: neither, or in the bin (unless `from_bin` allows that).
    """
    found = find(reference, rows=Voucher.objects.filter(released_at=None) if from_bin else None)
    if found is None:
        unknown_codes.note(reference)
        raise NotFound.of("voucher", reference)
    return found


def find(reference: str, *, rows: QuerySet[Voucher] | None = None) -> Voucher | None:
    """Like `get`, without the complaint; among all that are present, or among `rows`."""
    rows = printable(present() if rows is None else rows)
    found = rows.filter(public_id=reference).first() if has_prefix(reference, "v") else None
    if found is None:
        key = project.code_key(reference, project.current())
        found = rows.filter(code_key=key).first()
    return found


class InKeyOrder(OrderBy):
    """The order of the index that keeps codes apart, byte by byte; any other would have to sort all codes."""

    def as_sql(self, compiler: Any, connection: Any, template: str | None = None, **extra: Any) -> Any:
        # Django wants to read a direction in whatever it orders by.
        order = "USING ~>~ /* DESC */" if self.descending else "USING ~<~ /* ASC */"
        return super().as_sql(compiler, connection, f"%(expression)s {order}", **extra)


def beginning_with(text: str, *, among: QuerySet[Voucher], most: int) -> list[int]:
    """Primary keys of up to `most` codes that begin with a text, in the order of codes, and of the one whose
    id it is. As quick among a million as among a few.
    """
    key = project.code_key(text, project.current())
    rows = among.filter(code_key__startswith=key, released_at=None)
    found = list(rows.order_by(InKeyOrder(F("code_key"))).values_list("pk", flat=True)[:most])
    return found + list(among.filter(public_id=text).values_list("pk", flat=True))


def is_taken(code: str, *, besides: int | None) -> bool:
    """Whether somebody has this code, in the bin or not, or another draft than `besides` wants it."""
    settings = project.current()
    key = project.code_key(code, settings)
    exists = Voucher.objects.filter(code_key=key, released_at=None).exists()
    return exists or is_reserved(code, settings, besides=besides)


def is_reserved(code: str, settings: ProjectSettings, *, besides: int | None = None) -> bool:
    """Whether a draft wants this code as its only one. Few drafts do."""
    drafts = Campaign.objects.filter(lifecycle__in=DRAFTS).exclude(planned_code="").exclude(pk=besides or 0)
    key = project.code_key(code, settings)
    wanted = drafts.values_list("planned_code", flat=True)
    return any(project.code_key(one, settings) == key for one in wanted)
