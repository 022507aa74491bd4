"""What is measured. Every figure is a median; every row names what it is compared with."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core.management import call_command
from rest_framework.test import APIClient

from commerce.models import Customer
from core.actors import Actor
from core.api.parsers import parse_json
from core.services import api_keys
from engine import Basket, Candidate, Line, Snapshot, StackingRules, effects, evaluate
from promotions.models import Campaign, PromotionTier, Voucher

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TEN_PERCENT = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}


@dataclass(frozen=True, kw_only=True)
class Row:
    what: str
    milliseconds: float
    against: str
    ratio: float


def table(*, rounds: int) -> str:
    """The Markdown table."""
    call_command("migrate", verbosity=0, interactive=False)
    rows = [*_engine(rounds), *_parser(rounds), *_api(rounds)]
    lines = ["| what | median | ratio | to |", "|---|---:|---:|---|"]
    lines += [f"| {row.what} | {row.milliseconds:.2f} ms | {row.ratio:.2f} | {row.against} |" for row in rows]
    return "\n".join(lines) + "\n"


def _median(call: Callable[[], Any], rounds: int) -> float:
    """Milliseconds of one call, after a tenth of the rounds as warm-up."""
    for _ in range(max(1, rounds // 10)):
        call()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def _engine(rounds: int) -> list[Row]:
    discount = effects.parse(TEN_PERCENT)
    basket = Basket(lines=tuple(Line(price=100 + number, quantity=2) for number in range(20)))
    rules = StackingRules(applicable_redeemables_limit=30)
    snapshot = Snapshot(now=NOW, basket=basket, stacking_rules=rules)

    def with_candidates(count: int) -> Snapshot:
        candidates = tuple(Candidate(key=f"C{number}", discount=discount) for number in range(count))
        return replace(snapshot, candidates=candidates)

    one, thirty = with_candidates(1), with_candidates(30)
    many_units = replace(one, basket=Basket(lines=tuple(Line(price=100, quantity=10_000) for _ in range(20))))
    base = _median(lambda: evaluate(one), rounds)
    units = _median(lambda: evaluate(many_units), rounds)
    stack = _median(lambda: evaluate(thirty), rounds)
    return [
        Row(what="engine: one code, 20 lines", milliseconds=base, against="itself", ratio=1.0),
        Row(
            what="engine: the same, 10,000 units a line",
            milliseconds=units,
            against="2 units",
            ratio=units / base,
        ),
        Row(what="engine: a stack of 30", milliseconds=stack, against="one code", ratio=stack / base),
    ]


def _parser(rounds: int) -> list[Row]:
    items = [
        {"source_id": f"product-{n}", "quantity": 2, "price": 1999, "metadata": {"a": "b"}}
        for n in range(9000)
    ]
    raw = json.dumps({"items": items}).encode()
    few = max(5, rounds // 15)
    plain = _median(lambda: json.loads(raw, parse_float=Decimal), few)
    strict = _median(lambda: parse_json(raw), few)
    return [Row(what="strict JSON, 0.8 MB", milliseconds=strict, against="json.loads", ratio=strict / plain)]


def _api(rounds: int) -> list[Row]:
    issued = api_keys.create(name="bench", actor=Actor.system("bench"), now=NOW)
    client = APIClient(headers={"X-App-Id": issued.key.app_id, "X-App-Token": issued.token})
    client.default_format = "json"
    Customer.objects.create(source_id="anna", created_at=NOW)
    voucher = _codes(1, 1)[0]
    items = [{"source_id": f"p-{n}", "price": 100 + n, "quantity": 2} for n in range(10)]
    body = {
        "redeemables": [{"object": "voucher", "id": voucher.code}],
        "customer": {"source_id": "anna"},
        "order": {"items": items},
    }

    def read() -> Any:
        return client.get("/v1/customers/anna")

    def validate() -> Any:
        return client.post("/v1/validations", body)

    def redeem() -> Any:
        return client.post("/v1/redemptions", body)

    def qualify() -> Any:
        return client.post("/v1/qualifications", {"order": {"items": items}})

    assert [call().status_code for call in (read, validate, redeem, qualify)] == [200] * 4
    base = _median(read, rounds)
    few = _median(validate, rounds)
    redeemed = _median(redeem, rounds)
    _tiers(10)
    qualified = _median(qualify, rounds)
    _codes(1000, 100)
    _tiers(2000)
    many = _median(validate, rounds)
    qualified_many = _median(qualify, rounds)
    return [
        Row(what="API: read one customer", milliseconds=base, against="itself", ratio=1.0),
        Row(what="API: validate one code", milliseconds=few, against="read one customer", ratio=few / base),
        Row(
            what="API: the same among 100,000 codes of 1,000 campaigns",
            milliseconds=many,
            against="1 code",
            ratio=many / few,
        ),
        Row(what="API: redeem", milliseconds=redeemed, against="validate", ratio=redeemed / few),
        Row(
            what="API: qualify, 5 of 10 tiers",
            milliseconds=qualified,
            against="validate",
            ratio=qualified / few,
        ),
        Row(
            what="API: qualify, 5 of 2,010 tiers",
            milliseconds=qualified_many,
            against="10 tiers",
            ratio=qualified_many / qualified,
        ),
    ]


def _codes(campaigns: int, each: int) -> list[Voucher]:
    made = Campaign.objects.bulk_create(
        Campaign(
            name=f"Campaign {campaigns}/{number}",
            campaign_type=Campaign.CampaignType.DISCOUNT_COUPONS,
            discount=TEN_PERCENT,
            created_at=NOW,
        )
        for number in range(campaigns)
    )
    return Voucher.objects.bulk_create(
        (
            Voucher(
                code=(code := f"C{campaigns}-{row.pk}-{number}"), code_key=code, campaign=row, created_at=NOW
            )
            for row in made
            for number in range(each)
        ),
        batch_size=2000,
    )


def _tiers(count: int) -> None:
    campaign = Campaign.objects.create(
        name=f"Promotion with {count}", campaign_type=Campaign.CampaignType.PROMOTION, created_at=NOW
    )
    PromotionTier.objects.bulk_create(
        PromotionTier(campaign=campaign, name=f"Tier {number}", discount=TEN_PERCENT, created_at=NOW)
        for number in range(count)
    )
