"""Every API route, as the URL resolver knows it, filled with things that exist."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from integrations.services import async_actions
from promotions.redeemables import Requested
from promotions.services import redemptions
from promotions.services.validations import DecisionSpec
from promotions.services.voucher_updates import METADATA_UPDATE
from tests.factories.commerce import CustomerFactory, OrderFactory, ProductCollectionFactory, SkuFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    VoucherFactory,
)

API = ("v1/", "client/v1/", "management/v1/")
# What a call may leave behind although it is refused: the attempt itself.
TRACES = {"core_apikey", "core_outboxevent", "core_eventsequence", "core_auditentry"}


@dataclass(frozen=True, kw_only=True)
class Route:
    path: str
    methods: frozenset[str]

    @property
    def name(self) -> str:
        return self.path

    def address(self, values: dict[str, str]) -> str:
        filled = self.path
        for name, value in values.items():
            filled = filled.replace(f"<{name}>", value)
        return "/" + filled


def routes() -> list[Route]:
    return sorted(_walk(get_resolver().url_patterns, ""), key=lambda route: route.path)


def _walk(patterns: Any, prefix: str) -> Iterator[Route]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if path.startswith(API) or any(start.startswith(path) for start in API):
                yield from _walk(entry.url_patterns, path)
        elif isinstance(entry, URLPattern) and path.startswith(API):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", path)
            view = entry.callback.view_class  # type: ignore[attr-defined]
            verbs = {
                verb.upper() for verb in ("get", "post", "put", "delete", "patch") if hasattr(view, verb)
            }
            yield Route(path=path, methods=frozenset(verbs))


@pytest.fixture
def known(db: None, actor: Actor, now: datetime) -> dict[str, str]:
    """One thing for each kind of id in a path."""
    sku = SkuFactory()
    campaign = CampaignFactory(name="Spring")
    voucher = VoucherFactory(code="SPRING-1", campaign=campaign)
    done = redemptions.redeem(
        spec=DecisionSpec(
            redeemables=(Requested(object="voucher", id=voucher.code),),
            order=OrderSpec(source_id="paid", amount=5_000),
            customer={"source_id": "anna"},
        ),
        actor=actor,
        now=now,
    )
    assignment = RuleAssignmentFactory(campaign=campaign)
    job = async_actions.create(type=METADATA_UPDATE, body="", rows_count=0, actor=actor, now=now)
    return {
        "async_action_id": job.public_id,
        "campaign_id": campaign.public_id,
        "category_id": CategoryFactory().public_id,
        "code": voucher.code,
        "collection_id": ProductCollectionFactory().public_id,
        "customer_id": CustomerFactory().public_id,
        "order_id": OrderFactory().public_id,
        "product_id": sku.product.public_id,
        "project_id": "main",
        "redemption_id": done.redemptions[0].public_id,
        "resource": "customer",
        "rules_id": "default",
        "schema_id": "unknown",
        "sku_id": sku.public_id,
        "tier_id": PromotionTierFactory().public_id,
        "validation_rule_id": assignment.rule.public_id,
        "assignment_id": assignment.public_id,
    }


@pytest.fixture
def caller(api: APIClient, client_api: APIClient, management_api: APIClient) -> Callable[[Route], APIClient]:
    """The client whose key opens the route."""
    by_prefix = {"v1": api, "client": client_api, "management": management_api}
    return lambda route: by_prefix[route.path.split("/", 1)[0]]


def state() -> str:
    """A digest of all rows of the house, apart from traces of the calls themselves."""
    digest = hashlib.sha256()
    ours = {"core", "commerce", "promotions", "integrations"}
    tables = sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ours
    )
    with connection.cursor() as cursor:
        for table in tables:
            if table in TRACES:
                continue
            where = "WHERE result = 'SUCCESS'" if table == "promotions_redemption" else ""
            rows = "string_agg(t::text, chr(10) ORDER BY t::text)"
            cursor.execute(f'SELECT md5(coalesce({rows}, %s)) FROM "{table}" t {where}', [""])  # noqa: S608 - our tables
            digest.update(f"{table} {cursor.fetchone()[0]}".encode())
    return digest.hexdigest()


def assert_sound(answer: Any, context: Any) -> None:
    """An answer below 500 without traces; a refusal is the error object of the contract."""
    text = answer.content.decode("utf-8", "replace")
    assert answer.status_code < 500, (context, answer.status_code, text[:500])
    assert "Traceback" not in text, context
    assert ".py" not in text, context
    if answer.status_code < 400:
        return
    error = answer.json()
    if answer.status_code == 413:
        assert {"statusCode", "error", "message", "request_id"} <= set(error), (context, error)
        return
    assert {"code", "key", "message", "request_id"} <= set(error), (context, error)
    assert error["code"] == answer.status_code, (context, error)
    assert error["key"], context
    assert error["message"], context
    assert error["request_id"], context
