"""The catalogue of a process: the next question sees what was committed, by whomever, in whatever order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from commerce.models import Customer
from engine import Basket, Line, Snapshot
from promotions.models import Campaign, PromotionTier, ValidationRule, ValidationRuleAssignment, Voucher
from promotions.selectors import catalogue_feed, catalogue_index
from promotions.selectors.catalogue_index import Catalogue
from promotions.services import catalogue_changes
from tests.conftest import NOW
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    VoucherFactory,
    percent,
)
from tests.promotions.settling import settle

pytestmark = pytest.mark.django_db(transaction=True)

QUERY = Snapshot(now=NOW, basket=Basket(lines=(Line(price=10_000, product_source_id="mug"),)))


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(is_exact=True)


def offered(catalogue: Catalogue, query: Snapshot = QUERY) -> dict[str, int]:
    """What the next question finds: code or id -> worth."""
    catalogue.refresh()
    found = catalogue.matching(query, omit=frozenset())
    return {offer.code or offer.public_id: match.worth for match, offer in found}


@pytest.fixture
def elsewhere() -> Iterator[BaseDatabaseWrapper]:
    """A connection of another process."""
    other = connection.copy()
    yield other
    other.close()


def run(other: BaseDatabaseWrapper, sql: str, *params: Any) -> None:
    with other.cursor() as cursor:
        cursor.execute(sql, params)


def test_sees_what_another_connection_commits(catalogue: Catalogue, elsewhere: BaseDatabaseWrapper) -> None:
    tier = PromotionTierFactory()
    assert offered(catalogue) == {tier.public_id: 1000}
    elsewhere.set_autocommit(False)
    run(elsewhere, "UPDATE promotions_promotiontier SET is_active = false WHERE id = %s", tier.pk)

    assert offered(catalogue) == {tier.public_id: 1000}
    elsewhere.commit()
    assert offered(catalogue) == {}


def test_sees_transactions_that_commit_in_another_order(
    catalogue: Catalogue, elsewhere: BaseDatabaseWrapper
) -> None:
    older, newer = PromotionTierFactory(), PromotionTierFactory()
    offered(catalogue)
    elsewhere.set_autocommit(False)
    run(elsewhere, "UPDATE promotions_promotiontier SET is_active = false WHERE id = %s", older.pk)
    PromotionTier.objects.filter(pk=newer.pk).update(discount=percent(20))
    assert offered(catalogue) == {older.public_id: 1000, newer.public_id: 2000}
    PromotionTier.objects.filter(pk=newer.pk).update(discount=percent(30))

    elsewhere.commit()

    assert offered(catalogue) == {newer.public_id: 3000}


def test_asks_one_query_when_nothing_has_changed(
    catalogue: Catalogue, django_assert_num_queries: Callable[..., Any]
) -> None:
    PromotionTierFactory()
    offered(catalogue)

    with django_assert_num_queries(1):
        assert len(offered(catalogue)) == 1


@pytest.mark.parametrize("count", [1, 200])
def test_is_built_in_a_constant_number_of_queries(
    catalogue: Catalogue, count: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    rule = ValidationRule.objects.create(name="Any", created_at=NOW)
    for _ in range(count):
        tier = PromotionTierFactory()
        ValidationRuleAssignment.objects.create(rule=rule, promotion_tier=tier, created_at=NOW)
    VoucherFactory.create_batch(count)

    # The feed twice, codes, tiers, campaigns, categories, rules.
    with django_assert_num_queries(7):
        catalogue.refresh()
    assert len(offered(catalogue)) == 2 * count


def test_a_code_comes_and_goes_as_it_is_used(catalogue: Catalogue) -> None:
    code = VoucherFactory(code="ONCE", redemption_quantity=2)
    rows = Voucher.objects.filter(pk=code.pk)
    seen = []
    for used in (1, 2, 1):
        rows.update(redeemed_quantity=used)
        seen.append(list(offered(catalogue)))

    assert seen == [["ONCE"], [], ["ONCE"]]


def test_the_bin_switches_and_holders_count_at_once(catalogue: Catalogue) -> None:
    campaign = CampaignFactory(type=Campaign.Type.STANDALONE)
    of_campaign = VoucherFactory(code="ONLY", campaign=campaign)
    alone = VoucherFactory(code="ALONE")
    anna = Customer.objects.create(source_id="anna", created_at=NOW)
    assert set(offered(catalogue)) == {"ONLY", "ALONE"}

    Campaign.objects.filter(pk=campaign.pk).update(is_active=False)
    assert set(offered(catalogue)) == {"ALONE"}
    Campaign.objects.filter(pk=campaign.pk).update(is_active=True, discount=percent(50))
    assert offered(catalogue) == {"ONLY": 5000, "ALONE": 1000}
    Voucher.objects.filter(pk=alone.pk).update(holder=anna)
    assert set(offered(catalogue)) == {"ONLY"}
    Voucher.objects.filter(pk=alone.pk).update(holder=None, deleted_at=NOW)
    assert set(offered(catalogue)) == {"ONLY"}
    Voucher.objects.filter(pk=of_campaign.pk).delete()
    assert offered(catalogue) == {}


def test_time_passes_without_any_change(catalogue: Catalogue) -> None:
    tier = PromotionTierFactory(starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    found = [
        list(offered(catalogue, Snapshot(now=NOW + timedelta(minutes=minutes), basket=QUERY.basket)))
        for minutes in (-1, 0, 59, 60)
    ]

    assert found == [[], [tier.public_id], [tier.public_id], []]


def test_a_changed_rule_reaches_all_it_is_assigned_to(catalogue: Catalogue) -> None:
    rule = ValidationRule.objects.create(name="Amount", created_at=NOW)
    tier, code = PromotionTierFactory(), VoucherFactory(code="RULED")
    of_campaign = PromotionTierFactory()
    for owner in ({"promotion_tier": tier}, {"voucher": code}, {"campaign": of_campaign.campaign}):
        ValidationRuleAssignment.objects.create(rule=rule, created_at=NOW, **owner)
    assert len(offered(catalogue)) == 3

    condition = {"name": "order.initial_amount", "conditions": {"$more_than": [10_000]}}
    ValidationRule.objects.filter(pk=rule.pk).update(rules={"1": condition})
    assert offered(catalogue) == {}
    ValidationRuleAssignment.objects.filter(voucher=code).delete()
    assert list(offered(catalogue)) == ["RULED"]


def test_a_renamed_category_reaches_what_is_in_it(catalogue: Catalogue) -> None:
    own, inherited = CategoryFactory(), CategoryFactory()
    tier = PromotionTierFactory(category=own)
    VoucherFactory(code="CODE", campaign=CampaignFactory(type=Campaign.Type.STANDALONE, category=inherited))
    offered(catalogue)

    def categories() -> dict[str, str | None]:
        catalogue.refresh()
        found = catalogue.matching(QUERY, omit=frozenset())
        return {offer.code or offer.public_id: offer.category_id for _, offer in found}

    assert categories() == {tier.public_id: own.public_id, "CODE": inherited.public_id}
    type(own).objects.filter(pk=own.pk).update(public_id="cat_renamed")
    own.refresh_from_db()
    assert categories() == {tier.public_id: "cat_renamed", "CODE": inherited.public_id}
    Campaign.objects.filter(category=inherited).update(category=None)
    PromotionTier.objects.filter(pk=tier.pk).update(category=None)
    assert categories() == {tier.public_id: None, "CODE": None}


def test_forgets_what_its_own_transaction_took_back(catalogue: Catalogue) -> None:
    kept = PromotionTierFactory()
    offered(catalogue)
    with transaction.atomic():
        lost = PromotionTierFactory()
        PromotionTier.objects.filter(pk=kept.pk).update(is_active=False)
        assert list(offered(catalogue)) == [lost.public_id]
        transaction.set_rollback(True)

    assert list(offered(catalogue)) == [kept.public_id]


def test_starts_anew_when_it_was_built_within_a_transaction_that_was_taken_back() -> None:
    catalogue = Catalogue(is_exact=True)
    kept = PromotionTierFactory()
    with transaction.atomic():
        PromotionTierFactory()
        assert len(offered(catalogue)) == 2
        transaction.set_rollback(True)

    assert list(offered(catalogue)) == [kept.public_id]


def test_starts_anew_when_changes_were_pruned_or_a_table_was_emptied(catalogue: Catalogue) -> None:
    tier = PromotionTierFactory()
    offered(catalogue)
    PromotionTier.objects.filter(pk=tier.pk).update(discount=percent(50))
    settle()  # what is younger than what others have not finished is never pruned
    assert catalogue_changes.prune(older_than=NOW + timedelta(days=36_500)) > 0
    assert offered(catalogue) == {tier.public_id: 5000}

    run(connection, "TRUNCATE promotions_promotiontier CASCADE")
    assert offered(catalogue) == {}
    new = PromotionTierFactory()
    assert list(offered(catalogue)) == [new.public_id]


def test_starts_anew_when_the_database_went_back_in_time(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    PromotionTierFactory()
    read = catalogue_feed.read
    with monkeypatch.context() as before_the_restore:
        later = 10**9
        before_the_restore.setattr(
            catalogue_feed, "read", lambda *, since: replace(read(since=catalogue_feed.NEVER), settled=later)
        )
        offered(catalogue)
    tier = PromotionTierFactory(discount=percent(50))

    assert offered(catalogue)[tier.public_id] == 5000


def test_campaigns_stand_for_their_codes_where_only_rules_are_asked() -> None:
    catalogue = Catalogue(is_exact=False)
    pool = CampaignFactory()
    VoucherFactory(campaign=pool)
    CampaignFactory(type=Campaign.Type.STANDALONE)
    tier = PromotionTierFactory()

    assert offered(catalogue) == {pool.public_id: 0, tier.public_id: 0}


def test_readers_see_whole_states_while_rows_change(catalogue: Catalogue) -> None:
    """What is replaced is never missing in between."""
    first, second = PromotionTierFactory(discount=percent(10)), PromotionTierFactory(discount=percent(50))
    offered(catalogue)
    stop, errors = threading.Event(), []
    sizes: set[int] = set()

    def read() -> None:
        try:
            while not stop.is_set():
                found = offered(catalogue)
                assert set(found) <= {first.public_id, second.public_id}
                sizes.add(len(found))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for value in range(20):
        with transaction.atomic():
            PromotionTier.objects.filter(pk=first.pk).update(discount=percent(10 + value))
            PromotionTier.objects.filter(pk=second.pk).update(discount=percent(50 - value))
    stop.set()
    for reader in readers:
        reader.join()

    assert errors == []
    assert sizes == {2}
    assert offered(catalogue) == {first.public_id: 2900, second.public_id: 3100}


def test_every_process_has_its_own_and_all_requests_share_it() -> None:
    assert catalogue_index.current(is_exact=True) is catalogue_index.current(is_exact=True)
    assert catalogue_index.current(is_exact=True) is not catalogue_index.current(is_exact=False)
