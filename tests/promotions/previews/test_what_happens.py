"""The preview says what happens: every sample is asked again of the real API, about a stored campaign that
says the same. Nothing is decided twice in different ways.
"""

from __future__ import annotations

import os
from random import Random
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from core.actors import Actor
from engine import evaluate
from promotions.models import PromotionTier, Voucher
from promotions.previews.bench import Unused
from promotions.previews.plans import of_plan
from promotions.previews.proposal import Proposal
from promotions.previews.samples import Sample, samples
from promotions.previews.search import neighbours
from promotions.selectors import snapshots
from promotions.selectors.snapshots import Asking
from promotions.services import setups
from tests.conftest import NOW
from tests.promotions.previews import seeded
from tests.promotions.previews.conftest import Shop, bench_of, two_get_one

pytestmark = pytest.mark.django_db

NIGHTLY = bool(os.environ.get("FANFARE_NIGHTLY"))
SEEDS = range(400 if NIGHTLY else 24)


def ask(api: APIClient, row: PromotionTier | Voucher, sample: Sample) -> Any:
    """What the API says of a sample, at its instant."""
    name = row.public_id if isinstance(row, PromotionTier) else row.code
    kind = "promotion_tier" if isinstance(row, PromotionTier) else "voucher"
    body = {**sample.request, "redeemables": [{"object": kind, "id": name}]}
    answer = api.post("/v1/validations", body)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def agrees(sample: Sample, answer: Any) -> None:
    order = answer.get("order") or {}
    saved = order.get("total_applied_discount_amount", 0) if answer["valid"] else 0
    units = sum(item.get("applied_discount_quantity", 0) for item in order.get("items", ()))
    assert sample.saved == saved, (sample, answer)
    assert sample.gives is (saved > 0 or units > 0), (sample, answer)
    if sample.gives:
        assert sample.after == order["total_amount"]
        lines = [(item["quantity"], item.get("amount", 0)) for item in order["items"]]
        assert [(line.units, line.before) for line in sample.lines] == lines


class _UndoError(Exception):
    pass


def test_every_sample_of_seeded_plans_is_what_the_api_does(api: APIClient, shop: Shop) -> None:
    given = refused = unfound = 0
    for seed in SEEDS:
        one = seeded.proposal(Random(seed), shop)
        bench, pantry = bench_of(one, shop)
        found = samples(bench, pantry)
        unfound += found.good is None
        try:
            with transaction.atomic():
                row = seeded.stored(one, shop)
                for sample in found.shown:
                    agrees(sample, ask(api, row, sample))
                    given, refused = given + sample.gives, refused + (not sample.gives)
                raise _UndoError
        except _UndoError:
            assert not seeded.is_stored(one.campaign)

    # Enough of each to mean something.
    assert given > len(SEEDS)
    assert refused > len(SEEDS)
    assert unfound < len(SEEDS) // 3


def test_campaigns_made_of_a_plan_do_what_its_preview_said(api: APIClient, shop: Shop, actor: Actor) -> None:
    asked = 0
    for seed in range(600, 700 if NIGHTLY else 606):
        plan = seeded.plan(seeded.proposal(Random(seed), shop))
        if plan.ends_at is not None and plan.ends_at <= NOW:
            continue  # what is over is not launched
        (one,) = of_plan(plan)
        found = samples(*bench_of(one, shop))
        try:
            with transaction.atomic():
                campaign = setups.launch(plan=plan, actor=actor, now=NOW)
                row = campaign.tiers.first() or campaign.vouchers.first()
                for sample in found.shown:
                    agrees(sample, ask(api, row, sample))
                asked += len(found.shown)
                raise _UndoError
        except _UndoError:
            assert not seeded.is_stored(plan.name)

    assert asked > 20


def test_tries_see_what_decisions_see(shop: Shop) -> None:
    """Snapshot by snapshot the same outcome as the loader of real requests leads to."""
    for seed in range(8):
        one = seeded.proposal(Random(1_000 + seed), shop)
        bench, pantry = bench_of(one, shop)
        found = samples(bench, pantry)
        if found.good is None or one.budgets:
            continue  # budgets are read by the keys of stored campaigns only
        for purchase in list(neighbours(bench, pantry, found.good))[::4]:
            asking = Asking(
                order=purchase.order(),
                customer=purchase.customer,
                payload=purchase.payload,
                metadata=purchase.said,
                settings=shop.settings,
                actor=purchase.actor(),
                now=purchase.at,
            )
            loaded = snapshots.complete(found=[bench.entry], asking=asking, counters=Unused())

            assert bench.judge(purchase).outcome == evaluate(loaded.snapshot)


def test_the_promotion_of_the_purpose_happens_as_previewed(api: APIClient, shop: Shop) -> None:
    one: Proposal = two_get_one(shop, days_of_week=(6, 0))
    found = samples(*bench_of(one, shop))
    row = seeded.stored(one, shop)

    for sample in found.shown:
        agrees(sample, ask(api, row, sample))

    assert found.good is not None
    assert found.good.saved == 900
