"""Rows changed behind the back of the services, and what the reconciliation must say about each."""

# ruff: noqa: S608 - the statements are these lines.

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from promotions.selectors.reconcile import CHECKS_BY_NAME

_FACTS: Final = (
    "promotions_redemption", "promotions_rollback", "promotions_cardtransaction", "promotions_budgetdraw",
    "promotions_orderreturn", "promotions_returnedline", "promotions_returnedshare",
    "promotions_discountedunits", "promotions_publication", "promotions_publishedcode",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Lie:
    """`found` are the differences that it makes, as "check: column", each at least once and no others.

    `stays`: of these, what a repair leaves although its check is one that can be repaired. `heals`: what
    goes with the repair of another.
    """

    sql: str
    found: frozenset[str]
    stays: frozenset[str] = frozenset()
    heals: frozenset[str] = frozenset()
    without: str = ""

    @property
    def left(self) -> set[str]:
        facts = {one for one in self.found if not _is_repairable(one.partition(":")[0])}
        return (facts | self.stays) - self.heals

    def plant(self) -> None:
        """`without`: "table constraint" that would refuse it. Only inside of a transaction that ends so."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in _FACTS:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for pair in filter(None, self.without.split(",")):
                table, constraint = pair.split()
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
            cursor.execute(self.sql)
            assert cursor.rowcount > 0, self.sql


def _is_repairable(check: str) -> bool:
    return check in CHECKS_BY_NAME and CHECKS_BY_NAME[check].is_repairable


def lie(sql: str, *found: str, **more: Any) -> Lie:
    return Lie(sql=sql, found=frozenset(found), **more)


def voucher(values: str, code: str) -> str:
    return f"UPDATE promotions_voucher SET {values} WHERE code = '{code}'"


def tier(values: str, name: str) -> str:
    return f"UPDATE promotions_promotiontier SET {values} WHERE name = '{name}'"


def customer(values: str, name: str) -> str:
    return f"UPDATE commerce_customer SET {values} WHERE source_id = '{name}'"


def counter(values: str, name: str, more: str = "TRUE") -> str:
    return f"UPDATE promotions_counter SET {values}, most = NULL WHERE name = '{name}' AND {more}"


def budget(values: str, name: str) -> str:
    which = f"(SELECT id FROM promotions_budget WHERE name = '{name}')"
    return counter(values, "used", f"scope = 'budget' AND scope_id = {which}")


def fact(table: str, values: str, which: str = "TRUE") -> str:
    """Of the oldest row that it is true of."""
    row = f"(SELECT MIN(id) FROM promotions_{table} WHERE {which})"
    return f"UPDATE promotions_{table} SET {values} WHERE id = {row}"


def of_order(source_id: str) -> str:
    return f"order_id = (SELECT id FROM commerce_order WHERE source_id = '{source_id}')"


OTHER: Final = "(SELECT id FROM commerce_customer WHERE source_id = 'bea')"
CARD: Final = "cards: gift_amount - gift_subtracted"
LIES: Final = (
    lie(voucher("redeemed_quantity = redeemed_quantity + 1", "OPEN"), "vouchers: redeemed_quantity"),
    lie(voucher("redeemed_quantity = 0", "FIVE"), "vouchers: redeemed_quantity"),
    lie(voucher("redeemed_quantity = 2", "UNUSED"), "vouchers: redeemed_quantity"),
    lie(tier("redeemed_quantity = redeemed_quantity - 1", "Mugs"), "tiers: redeemed_quantity"),
    lie(tier("orders_total_amount = orders_total_amount + 1", "Mugs"), "tiers: orders_total_amount"),
    lie(tier("orders_total_discount_amount = 0", "Mugs"), "tiers: orders_total_discount_amount"),
    lie(tier("redeemed_quantity = 1", "Idle"), "tiers: redeemed_quantity"),
    lie(customer("redemptions_succeeded = 0", "anna"), "customers: redemptions_succeeded"),
    lie(customer("redemptions_failed = 5", "anna"), "customers: redemptions_failed"),
    lie(customer("rollbacks_succeeded = 0", "bea"), "customers: rollbacks_succeeded"),
    lie(customer("orders_count = orders_count + 1", "bea"), "customers: orders_count"),
    lie(customer("orders_total_amount = 0", "carl"), "customers: orders_total_amount"),
    lie(customer("last_order_amount = 1", "carl"), "customers: last_order_amount"),
    lie(customer("last_order_at = NULL", "carl"), "customers: last_order_at"),
    lie(counter("value = value + 1", "campaign.redemptions.count"), "counters: value"),
    lie(counter("value = value + 1", "campaign.redemptions.count.weekly"), "counters: value"),
    lie(counter("value = value + 1", "campaign.redemptions.customers_count"), "counters: value"),
    lie(counter("value = value + 1", "redemption.count.per_customer.daily"), "counters: value"),
    lie(counter("value = value + 1", "redemption.count.monthly"), "counters: value"),
    lie(counter("value = 9", "redemption.count.per_api_key"), "counters: value"),
    lie(counter("value = 0", "redemption.count.per_user"), "counters: value"),
    lie(counter("value = value - 1", "campaign.orders.amount"), "counters: value"),
    lie(counter("value = 0", "campaign.orders.amount_discounted"), "counters: value"),
    lie(counter("value = 1", "redemption.gift.amount"), "counters: value"),
    lie(
        "UPDATE promotions_counter SET value = value + 2, most = NULL "
        "WHERE name LIKE 'product_promotion_tier%'",
        "counters: value",
    ),
    lie(
        "UPDATE promotions_counter SET value = value + 2, most = NULL WHERE name LIKE 'product_customer%'",
        "counters: value",
    ),
    lie(counter("held = held + 1", "campaign.redemptions.count"), "held-counters: held"),
    lie(budget("held = 0", "Discounts"), "held-counters: held"),
    lie(budget("value = value - 1", "Discounts"), "budgets: value"),
    lie(budget("value = value + 7", "Orders a month"), "budgets: value"),
    lie(budget("value = value + 1", "Uses a day"), "budgets: value"),
    lie(voucher("held_quantity = 0", "FIVE"), "held-vouchers: held_quantity"),
    lie(voucher("publish_count = 0", "UNUSED"), "published: publish_count"),
    lie(voucher("publish_count = 1", "FIVE"), "published: publish_count"),
    lie(voucher(f"holder_id = {OTHER}", "UNUSED"), "published: holder"),
    lie(voucher("holder_id = NULL", "CARD"), "published: holder"),
    lie(voucher("is_out_of_pool = FALSE", "UNUSED"), "published: is_out_of_pool"),
    lie(fact("publication", "codes_count = 2"), "wallets: codes_count"),
    lie(fact("holder", f"customer_id = {OTHER}"), "wallets: codes in the wallet", "wallets: publications"),
    lie("DELETE FROM promotions_holder", "wallets: codes in the wallet"),
    lie(voucher("gift_held = 0", "CARD"), "held-vouchers: gift_held"),
    lie(
        voucher("gift_balance = gift_balance + 5, gift_amount = gift_amount + 5", "CARD"),
        CARD,
        "cards: gift_balance",
    ),
    lie(
        voucher("gift_balance = gift_balance - 5, gift_redeemed = gift_redeemed + 5", "CARD"),
        "cards: gift_balance",
        "cards: gift_redeemed",
    ),
    lie(
        voucher("gift_redeemed = gift_redeemed + 5, gift_subtracted = gift_subtracted - 5", "CARD"),
        CARD,
        "cards: gift_redeemed",
        without="promotions_voucher voucher_gift_balance_adds_up",
    ),
    # Facts that say something else than before: nobody can know what was true.
    lie(fact("cardtransaction", "balance = balance + 1"), "ledger: balance"),
    lie(
        fact("cardtransaction", "amount = amount - 1", "type = 'CREDITS_REDEMPTION'"),
        "ledger: balance",
        "payments: credits",
        "cards: gift_balance",
        "cards: gift_redeemed",
        stays=frozenset({"cards: gift_balance", "cards: gift_redeemed"}),
    ),
    lie(fact("redemption", "credits = credits + 1", "credits > 0"), "payments: credits"),
    lie(fact("rollback", "credits = 0", "credits < 0"), "payments: credits"),
    lie(fact("returnedshare", "credits = credits + 1", "credits > 0"), "payments: credits"),
    lie(
        fact("returnedshare", "order_amount = 90000", "order_amount > 0 AND credits = 0"),
        "counters: value",
        "returns: order_amount taken back",
        stays=frozenset({"counters: value"}),
    ),
    lie(
        fact("returnedshare", "discount_amount = discount_amount + 1", "credits = 0"),
        "counters: value",
    ),
    lie(fact("orderreturn", "refund_amount = refund_amount + 1"), "returns: refund", "returns: returned"),
    lie(
        fact("orderreturn", "refund_amount = 99000"),
        "returns: money paid back",
        "returns: refund",
        "returns: returned",
    ),
    lie(
        fact("orderreturn", "credits_amount = credits_amount + 1", "is_complete"),
        "returns: credits_amount",
        "returns: refund",
        "returns: returned",
    ),
    lie(fact("returnedline", "refund_amount = refund_amount + 1"), "returns: refund"),
    lie(fact("returnedline", "quantity = 9"), "returns: units that came back"),
    lie("UPDATE commerce_order SET returned = '{}' WHERE source_id = 'o-2'", "returns: returned"),
    lie(
        fact("redemption", "discount_amount = discount_amount + 1", "related_object_type = 'redemption'"),
        "rollbacks: discount_amount",
    ),
    lie(
        "INSERT INTO promotions_rollback (public_id, redemption_id, rolled_back_at, reason, metadata, "
        "tracking_id, channel_type, channel_id) "
        "SELECT 'rr_planted', id, redeemed_at, '', '{}', '', 'API', '' "
        f"FROM promotions_redemption WHERE {of_order('o-4')}",
        "rollbacks: status",
        "customers: rollbacks_succeeded",
    ),
    lie(
        fact("redemption", "status = 'ROLLED_BACK'", of_order("o-4")),
        "rollbacks: status",
        "vouchers: redeemed_quantity",
        "counters: value",
        "draws: draws from counter",
    ),
    lie(
        fact("redemption", "status = 'SUCCEEDED'", of_order("o-1")),
        "rollbacks: status",
        "vouchers: redeemed_quantity",
        "counters: value",
    ),
    lie(
        fact("budgetdraw", "amount = amount + 1", "amount > 0 AND rollback_id IS NULL"),
        "budgets: value",
        "draws: draws from counter",
    ),
    lie(fact("hold", "credits = credits + 1", "credits > 0"), "held-vouchers: gift_held"),
    lie(fact("heldcount", "amount = amount + 1", "amount > 1"), "held-counters: held"),
    lie(
        "DELETE FROM promotions_heldcount WHERE id = (SELECT MIN(id) FROM promotions_heldcount)",
        "held-counters: held",
    ),
    lie(
        voucher("redemption_quantity = 1", "FIVE"),
        "capacity: redeemed_quantity + held_quantity",
        "versions: version",
        without="promotions_voucher voucher_within_quantity",
    ),
    lie(
        voucher("gift_held = gift_balance + 1", "CARD"),
        "capacity: gift_held",
        "held-vouchers: gift_held",
        heals=frozenset({"capacity: gift_held"}),
        without="promotions_voucher voucher_gift_balance_adds_up",
    ),
    lie(
        "UPDATE promotions_budget SET \"limit\" = 1 WHERE name = 'Discounts'",
        "capacity: value + held",
        "versions: version",
    ),
)
