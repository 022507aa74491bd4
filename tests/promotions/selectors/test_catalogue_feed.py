"""The change feed: what is noted, what is not, and that no commit is missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from commerce.models import Customer
from promotions.models import (
    Campaign,
    CatalogueChange,
    PromotionTier,
    ValidationRule,
    ValidationRuleAssignment,
    Voucher,
)
from promotions.selectors import catalogue_feed
from tests.conftest import NOW
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    VoucherFactory,
    percent,
)
from tests.promotions.settling import settle

type Noted = Callable[[Callable[[], Any]], list[tuple[str, int]]]


@pytest.fixture
def noted(db: None) -> Noted:
    """What one call leaves in the feed."""

    def run(call: Callable[[], Any]) -> list[tuple[str, int]]:
        last = CatalogueChange.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        call()
        rows = CatalogueChange.objects.filter(pk__gt=last).order_by("pk")
        return list(rows.values_list("kind", "object_id"))

    return run


def test_a_redemption_is_not_noted_until_the_code_is_used_up(noted: Noted) -> None:
    voucher = VoucherFactory(redemption_quantity=3)
    rows = Voucher.objects.filter(pk=voucher.pk)

    assert noted(lambda: rows.update(redeemed_quantity=1)) == []
    assert noted(lambda: rows.update(redeemed_quantity=2)) == []
    assert noted(lambda: rows.update(redeemed_quantity=3)) == [("voucher", voucher.pk)]
    assert noted(lambda: rows.update(redeemed_quantity=2)) == [("voucher", voucher.pk)]


def test_the_summary_of_a_tier_is_not_noted(noted: Noted) -> None:
    tier = PromotionTierFactory()
    rows = PromotionTier.objects.filter(pk=tier.pk)

    assert noted(lambda: rows.update(redeemed_quantity=1, orders_total_amount=5)) == []
    assert noted(lambda: rows.update(name="Other", banner="words only")) == []
    assert noted(lambda: rows.update(discount=percent(20))) == [("promotion_tier", tier.pk)]


def test_unique_codes_do_not_flood_the_feed(noted: Noted) -> None:
    pool = CampaignFactory()
    only = CampaignFactory(type=Campaign.Type.STANDALONE)
    anna = Customer.objects.create(source_id="anna", created_at=NOW)

    def codes(count: int, **values: Any) -> list[Voucher]:
        return [
            Voucher(code=f"{n}-{values}", code_key=f"{n}-{values}", created_at=NOW, **values)
            for n in range(count)
        ]

    assert noted(lambda: Voucher.objects.bulk_create(codes(5, campaign=pool))) == []
    assert noted(lambda: Voucher.objects.filter(campaign=pool).update(is_active=False)) == []
    assert noted(lambda: Voucher.objects.bulk_create(codes(1, holder=anna, discount=percent(5)))) == []
    assert len(noted(lambda: Voucher.objects.bulk_create(codes(1, campaign=only)))) == 1
    assert len(noted(lambda: Voucher.objects.bulk_create(codes(2, discount=percent(5))))) == 2


def test_a_code_that_somebody_gets_is_noted(noted: Noted) -> None:
    voucher = VoucherFactory()
    anna = Customer.objects.create(source_id="anna", created_at=NOW)
    rows = Voucher.objects.filter(pk=voucher.pk)

    assert noted(lambda: rows.update(holder=anna)) == [("voucher", voucher.pk)]
    assert noted(lambda: rows.update(is_active=False)) == []
    assert noted(lambda: rows.update(holder=None)) == [("voucher", voucher.pk)]
    assert noted(lambda: rows.delete()) == [("voucher", voucher.pk)]


def test_campaigns_categories_and_rules_are_noted(noted: Noted) -> None:
    campaign, category = CampaignFactory(), CategoryFactory()
    rule = ValidationRule.objects.create(name="Rule", created_at=NOW)
    campaigns = Campaign.objects.filter(pk=campaign.pk)

    assert noted(lambda: campaigns.update(vouchers_count=7, description="x")) == []
    assert noted(lambda: campaigns.update(is_active=False)) == [("campaign", campaign.pk)]
    assert ("everything", 0) in noted(lambda: campaigns.update(type=Campaign.Type.STANDALONE))
    categories = type(category).objects.filter(pk=category.pk)
    assert noted(lambda: categories.update(hierarchy=9)) == [("category", category.pk)]
    rules = ValidationRule.objects.filter(pk=rule.pk)
    assert noted(lambda: rules.update(name="Renamed")) == []
    assert noted(lambda: rules.update(rules={"logic": ""})) == [("validation_rule", rule.pk)]


def test_an_assignment_is_noted_as_a_change_of_what_it_holds_for(noted: Noted) -> None:
    first, second = PromotionTierFactory(), PromotionTierFactory()
    rule = ValidationRule.objects.create(name="Rule", created_at=NOW)
    assignments = ValidationRuleAssignment.objects

    made = noted(lambda: assignments.create(rule=rule, promotion_tier=first, created_at=NOW))
    moved = noted(lambda: assignments.update(promotion_tier=second))
    removed = noted(lambda: assignments.all().delete())

    assert made == [("promotion_tier", first.pk)]
    assert sorted(moved) == sorted([("promotion_tier", first.pk), ("promotion_tier", second.pk)])
    assert removed == [("promotion_tier", second.pk)]


# What no answer of a qualification depends on until the row itself is loaded.
UNNOTED = {
    # What a card holds and what baskets hold is no part of what a qualification offers to everybody.
    "promotions_voucher": {
        "is_out_of_pool",
        "id",
        "updated_at",
        "additional_info",
        "redeemed_quantity",
        "held_quantity",
        "gift_effect",
        "gift_amount",
        "gift_subtracted",
        "gift_redeemed",
        "gift_balance",
        "gift_held",
        "version_id",
    },
    "promotions_promotiontier": {
        "id",
        "updated_at",
        "name",
        "banner",
        "hierarchy",
        "redeemed_quantity",
        "orders_total_amount",
        "orders_total_discount_amount",
        "version_id",
    },
    # Of a lifecycle only `is_active` and dates decide; what is planned is no code yet.
    "promotions_campaign": {
        "id",
        "updated_at",
        "name",
        "description",
        "protected",
        "join_once",
        "use_voucher_metadata_schema",
        "code_config",
        "lifecycle",
        "planned_code",
        "planned_codes",
        "voucher_redemption_quantity",
        "gift",
        "loyalty",
        "referral",
        "return_policy",
        "vouchers_count",
        "released_at",
        "version_id",
    },
}


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(UNNOTED))
def test_a_new_column_is_either_noted_or_said_not_to_matter(table: str) -> None:
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
        cursor.execute(
            "SELECT string_agg(pg_get_triggerdef(oid), ' ') FROM pg_trigger "
            "WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgname LIKE %s",
            [table, "note\\_%\\_update"],
        )
        definition = cursor.fetchone()[0]

    unnoted = {
        column
        for column in columns
        if f"old.{column} " not in f"{definition.replace(',', ' ').replace(')', ' ')} "
    }
    noted_use_up = {"redeemed_quantity"} if table == "promotions_voucher" else set()

    assert unnoted == UNNOTED[table] - noted_use_up


@pytest.fixture
def other_connection(transactional_db: None) -> Iterator[BaseDatabaseWrapper]:
    other = connection.copy()
    yield other
    other.close()


def objects(reading: catalogue_feed.Reading) -> list[tuple[str, int]]:
    return sorted({(change.kind, change.object_id) for change in reading.changes})


def is_too_late(reading: catalogue_feed.Reading) -> bool:
    return any(change.is_fatal for change in reading.changes)


def disable(other: BaseDatabaseWrapper, tier: PromotionTier) -> None:
    with other.cursor() as cursor:
        cursor.execute("UPDATE promotions_promotiontier SET is_active = false WHERE id = %s", [tier.pk])


def test_sees_what_commits_late_and_out_of_order(other_connection: BaseDatabaseWrapper) -> None:
    older, newer = PromotionTierFactory(), PromotionTierFactory()
    settle()
    start = catalogue_feed.read(since=catalogue_feed.NEVER)
    other_connection.set_autocommit(False)
    disable(other_connection, older)  # has the smaller transaction number, is not committed yet
    PromotionTier.objects.filter(pk=newer.pk).update(is_active=False)

    before = catalogue_feed.read(since=start.settled)
    other_connection.commit()
    settle()
    after = catalogue_feed.read(since=before.settled)
    later = catalogue_feed.read(since=after.settled)

    assert objects(before) == [("promotion_tier", newer.pk)]
    assert objects(after) == [("promotion_tier", older.pk), ("promotion_tier", newer.pk)]
    assert objects(later) == []


def test_does_not_see_what_was_rolled_back(other_connection: BaseDatabaseWrapper) -> None:
    tier = PromotionTierFactory()
    settle()
    start = catalogue_feed.read(since=catalogue_feed.NEVER)
    other_connection.set_autocommit(False)
    disable(other_connection, tier)
    other_connection.rollback()

    assert objects(catalogue_feed.read(since=start.settled)) == []


@pytest.mark.django_db(transaction=True)
def test_knows_its_own_transaction() -> None:
    with transaction.atomic():
        assert catalogue_feed.read(since=catalogue_feed.NEVER).own is None
        tier = PromotionTierFactory()
        reading = catalogue_feed.read(since=0)

        changes = [change for change in reading.changes if change.object_id == tier.pk]
        assert {change.xid for change in changes} == {reading.own}


@pytest.mark.django_db(transaction=True)
def test_an_emptied_table_means_starting_anew() -> None:
    start = catalogue_feed.read(since=catalogue_feed.NEVER)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE promotions_promotiontier CASCADE")

    assert is_too_late(catalogue_feed.read(since=start.settled))
    assert not is_too_late(start)
