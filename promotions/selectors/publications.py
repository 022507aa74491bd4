"""Reading publications and wallets."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from commerce.models import Customer
from core.errors import NotFound
from promotions.models import Campaign, Holder, Publication, PublishedCode, Voucher
from promotions.selectors import vouchers as known_vouchers


def printable(publications: QuerySet[Publication]) -> QuerySet[Publication]:
    """With customer, campaign and codes: three queries however many there are."""
    codes = PublishedCode.objects.select_related("voucher").order_by("pk")
    return publications.select_related("customer", "campaign").prefetch_related(Prefetch("codes", codes))


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
    return present.select_related("customer").prefetch_related(Prefetch("voucher", vouchers))
