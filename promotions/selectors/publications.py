"""Reading publications and wallets."""

from __future__ import annotations

from django.db.models import FETCH_PEERS, OuterRef, Prefetch, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from commerce.models import Customer
from core.errors import NotFound
from promotions.models import Campaign, Holder, Publication, PublishedCode, Voucher
from promotions.selectors import vouchers as known_vouchers


def printable(publications: QuerySet[Publication]) -> QuerySet[Publication]:
    """With customer, campaign and codes: three queries however many there are."""
    codes = PublishedCode.objects.select_related("voucher").order_by("pk")
    printed = publications.select_related("customer", "campaign").fetch_mode(FETCH_PEERS)
    return printed.prefetch_related(Prefetch("codes", codes))


def listed(publications: QuerySet[Publication]) -> QuerySet[Publication]:
    """With names for what can be filtered by but has no column: of several codes the first one counts."""
    first = PublishedCode.objects.filter(publication=OuterRef("pk")).order_by("pk")
    return publications.alias(
        shown_voucher_type=Coalesce(Subquery(first.values("voucher__type")[:1]), Value("")),
        shown_voucher_id=Coalesce(Subquery(first.values("voucher__public_id")[:1]), Value("")),
        is_referral_code=known_vouchers.IS_REFERRAL_CODE,
    )


def codes_of(publication: Publication) -> list[Voucher]:
    """What a printable publication gave, in the order in which it was given."""
    return [entry.voucher for entry in publication.codes.all()]


def get(public_id: str) -> Publication:
    """:raises NotFound: no such publication."""
    found = printable(Publication.objects.filter(public_id=public_id)).first()
    if found is None:
        raise NotFound.of("publication", public_id)
    return found


def of_voucher(voucher: Voucher) -> QuerySet[Publication]:
    return Publication.objects.filter(codes__voucher=voucher)


def under_source_id(source_id: str) -> Publication | None:
    """The one that succeeded under a caller's own id."""
    found = Publication.objects.filter(source_id=source_id, result=Publication.Result.SUCCESS)
    return printable(found.exclude(source_id="")).first()


def of_cause(cause: str, customer: Customer) -> Publication | None:
    """What a cause gave a customer."""
    found = Publication.objects.filter(cause=cause, customer=customer, result=Publication.Result.SUCCESS)
    return printable(found.exclude(cause="")).first()


def first_of(
    *, customer: Customer, campaign: Campaign | None = None, voucher: Voucher | None = None
) -> Publication | None:
    """The publication by which a customer got a code that he still has: of a campaign, or this one."""
    held = Holder.objects.filter(customer=customer, role=Holder.Role.OWNER, voucher__deleted_at=None)
    held = held.filter(voucher=voucher) if voucher is not None else held.filter(voucher__campaign=campaign)
    oldest = held.order_by("pk").values_list("voucher", flat=True).first()
    if oldest is None:
        return None
    given = Publication.objects.filter(customer=customer, codes__voucher=oldest)
    return printable(given).order_by("pk").first()


def wallet(customer: Customer) -> QuerySet[Holder]:
    """What a customer holds, as it is printed; codes in the bin are in nobody's wallet."""
    vouchers = known_vouchers.printable(Voucher.objects.all())
    present = Holder.objects.filter(
        customer=customer, voucher__deleted_at=None, voucher__campaign__deleted_at=None
    )
    named = present.alias(redeemable_object=Value("voucher"))
    return named.select_related("customer").prefetch_related(Prefetch("voucher", vouchers))
