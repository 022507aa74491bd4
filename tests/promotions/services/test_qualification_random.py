"""Every scenario answers what asking all redeemables one by one answers: random promotions and baskets."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest

from core.actors import Actor
from demo_store.qualifying import promotions, stock
from demo_store.qualifying.discounts import kinds
from demo_store.qualifying.run import run
from promotions.models import Campaign, PromotionTier, Voucher
from promotions.selectors.scenarios import Scenario
from tests.demo_store.qualifying.shop import open_shop

# Committed rows: what the own transaction changed is loaded again at every question.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BASKETS = 40
PROMOTIONS = 60


def test_forty_baskets_and_sixty_promotions_of_all_kinds(now: datetime) -> None:
    random, actor = Random(3), Actor.system("tests")
    open_shop(random, now)
    made = promotions.make(count=PROMOTIONS, random=random, stock=stock.sample(random), actor=actor, now=now)

    report = run(count=BASKETS, random=random, actor=actor, is_quick=True)

    assert [str(found) for found in report.found] == []
    assert (report.baskets, report.questions) == (BASKETS, 6 * BASKETS)
    assert set(made.redeemables) == {
        "tiers", "codes", "only codes of campaigns", "campaigns of codes", "codes in wallets", "stacks",
    }  # fmt: skip
    # It is no use when nothing fits, or everything.
    assert all(report.hits[scenario] > 0 for scenario in Scenario)
    assert report.most[Scenario.ALL] < report.redeemables


def test_makes_discounts_of_every_type(now: datetime) -> None:
    random = Random(4)
    open_shop(random, now)

    promotions.make(
        count=PROMOTIONS, random=random, stock=stock.sample(random), actor=Actor.system("tests"), now=now
    )

    rows = [row for model in (PromotionTier, Voucher, Campaign) for row in model.objects.all()]
    wires = [row.discount for row in rows if row.discount]
    assert {(wire["type"], wire["effect"]) for wire in wires} == set(kinds())
