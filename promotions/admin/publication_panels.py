"""Publications on the pages of others: a customer's wallet, the customers of a code."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from commerce.admin.rows import customer_link
from commerce.models import Customer
from core import words
from core.admin.pages import SHOWN_ROWS, Panel
from promotions.admin import rows
from promotions.admin.ruled import Ruled
from promotions.models import Holder, Publication, Voucher
from promotions.words import uses, voucher_state


def wallet(customer: Customer, now: datetime) -> Panel:
    """The codes that a customer has, the newest first."""
    held = Holder.objects.filter(customer=customer).order_by("-pk")
    # Holders from before wallets were kept stand only on the code.
    older = Voucher.objects.filter(holder=customer).order_by("-pk")
    since = dict(held.values_list("voucher", "created_at")[:SHOWN_ROWS])
    pks = [*since, *older.values_list("pk", flat=True)[:SHOWN_ROWS]]
    present = Voucher.objects.filter(pk__in=pks, deleted_at=None).select_related("campaign")
    newest = datetime.min.replace(tzinfo=now.tzinfo)
    found = sorted(present, key=lambda one: (since.get(one.pk, newest), one.pk), reverse=True)[:SHOWN_ROWS]
    ruled = Ruled(found)
    return Panel(
        key="codes",
        title="Wallet",
        headers=("Code", "Since", "Campaign", "State", "Discount", "Used"),
        rows=[
            (
                rows.voucher_link(voucher),
                words.when(since.get(voucher.pk) or voucher.published_at),
                rows.campaign_link(voucher.campaign),
                rows.state_label(voucher_state(voucher, now)),
                ruled.offer(voucher),
                uses(voucher),
            )
            for voucher in found
        ],
        empty="No code was given to this customer.",
        all_url=f"{reverse('admin:promotions_publication_changelist')}?customer__id__exact={customer.pk}",
        all_label="See all that was given to this customer",
    )


def of_voucher(voucher: Voucher) -> Panel:
    """Who was given a code."""
    found = Publication.objects.filter(codes__voucher=voucher).select_related("customer").order_by("-pk")
    return Panel(
        key="publications",
        title="Publications",
        headers=("When", "Customer", "Channel"),
        rows=[
            (
                words.link(
                    words.when(row.created_at), reverse("admin:promotions_publication_change", args=[row.pk])
                ),
                customer_link(row.customer),
                row.channel or words.NOTHING,
            )
            for row in found[:SHOWN_ROWS]
        ],
        empty="This code was given to nobody.",
        all_url=f"{reverse('admin:promotions_publication_changelist')}?q={voucher.code}",
        all_label="See all publications of this code",
    )
