"""A project that has run for years, for measuring pages: 1,000 campaigns, a million codes, 155,848 orders.

One row of everything is made by the application (tests.security.world); the many are copies of these, made by
the database itself. One code in ten is of the first campaign, the others are spread evenly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, models, transaction

from tests.bench import copies
from tests.config.multiplied import multiply
from tests.security import world as one_of_each
from tests.security.world import World

# As many as the grocery data of `make journey` has.
ORDERS: Final = 155_848


@dataclass(frozen=True, kw_only=True)
class Size:
    campaigns: int = 1000
    codes: int = 1_000_000
    customers: int = 20_000
    orders: int = ORDERS
    others: int = 2000

    def divided(self, by: int) -> Size:
        return Size(
            campaigns=max(self.campaigns // by, 10),
            codes=self.codes // by,
            customers=max(self.customers // by, 10),
            orders=self.orders // by,
            others=max(self.others // by, 10),
        )


# Of the n-th campaign, customer or code, counted from the row that the application made.
_CAMPAIGN: Final = (
    "CASE WHEN at %% 10 = 0 THEN %(campaign)s ELSE "
    "(SELECT min(id) FROM promotions_campaign WHERE id > %(campaign)s) + at %% %(campaigns)s END"
)
_CUSTOMER: Final = "(SELECT min(id) FROM commerce_customer WHERE id > %(customer)s) + at %% %(customers)s"


def fill(size: Size) -> World:
    """Everything; returns the rows that were copied, by the label of their model."""
    with transaction.atomic():
        rows = one_of_each.build()
    campaign, voucher = rows["promotions.campaign"], rows["promotions.voucher"]
    customer, order = rows["commerce.customer"], rows["commerce.order"]
    redemption: Any = rows["promotions.redemption"]
    given = {
        "campaign": campaign.pk,
        "campaigns": size.campaigns,
        "customer": customer.pk,
        "customers": size.customers,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL statement_timeout = 0")
        _copy(campaign, size.campaigns, {"name": "'Many ' || at"}, given)
        _copy(customer, size.customers, {"source_id": "'many-' || at", "name": "'Customer ' || at"}, given)
        codes = {"code": "'MANY-' || at", "code_key": "'MANY-' || at", "campaign_id": _CAMPAIGN}
        with copies.without_indexes(voucher._meta.db_table):
            _copy(voucher, size.codes, codes, given)
        first = "(SELECT min(id) FROM promotions_voucher WHERE code = 'MANY-1')"
        bought = {
            "source_id": "'past-' || at",
            "customer_id": _CUSTOMER,
            "created_at": "source.created_at - at * interval '3 minutes'",
        }
        with copies.without_indexes(order._meta.db_table, redemption._meta.db_table):
            _copy(order, size.orders, bought, given)
            oldest = "(SELECT min(id) FROM commerce_order WHERE source_id = 'past-1')"
            used = {
                "redeemed_at": "source.redeemed_at - at * interval '3 minutes'",
                "customer_id": _CUSTOMER,
                "campaign_id": _CAMPAIGN,
                "voucher_id": f"{first} + at - 1",
                "voucher_code": "'MANY-' || at",
                "order_id": f"{oldest} + at - 1",
                "snapshot": "NULL",
                "outcome": "NULL",
            }
            _copy(redemption, size.orders, used, given)
    for label in _OTHERS:
        multiply(rows[label], size.others)
    with connection.cursor() as cursor:
        cursor.execute(_HANDED_OUT)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return rows


# Ten parts of the house follow an event.
_HANDED_OUT: Final = """
    UPDATE core_eventdelivery AS delivery SET event_id = event.id
    FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM core_outboxevent) AS event
    WHERE event.place = delivery.id / 10 % (SELECT count(*) FROM core_outboxevent)
"""
# What else a project has much of.
_OTHERS: Final = (
    "commerce.product",
    "commerce.sku",
    "commerce.customevent",
    "commerce.segment",
    "commerce.productcollection",
    "core.auditentry",
    "core.outboxevent",
    "core.eventdelivery",
    "integrations.asyncaction",
    "integrations.export",
    "integrations.webhookdelivery",
    "promotions.budget",
    "promotions.category",
    "promotions.promotiontier",
    "promotions.publication",
    "promotions.validationrule",
)


def _copy(row: models.Model, number: int, changed: dict[str, str], given: dict[str, Any]) -> None:
    public = {"public_id": f"'{row._meta.model_name}_' || at"}
    copies.insert(
        row,
        {**public, **changed},
        "generate_series(1, %(last)s) AS at",
        {**given, "last": number},
    )
