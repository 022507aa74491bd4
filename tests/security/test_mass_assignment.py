"""Only what callers may write is written, whatever they send (PROOFS X5).

Every column of the row and every value of the printed object is sent, changed. Those that had an effect
are compared with `WRITABLE`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from django.db import models, transaction
from rest_framework.test import APIClient

from core.models import ProjectSettings
from core.services import metadata_schemas
from tests.conftest import NOW
from tests.factories.commerce import (
    CustomerFactory,
    OrderFactory,
    ProductCollectionFactory,
    ProductFactory,
    SkuFactory,
)
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    ValidationRuleFactory,
    VoucherFactory,
    promotion_stack,
)
from tests.security.world import SYSTEM

# Moves with every change.
# A version is made where a row of the tests has none yet.
CLOCKS: Final = {"updated_at", "version_id"}


@dataclass(frozen=True, kw_only=True)
class Noun:
    """`body` is what a change must say in any case."""

    row: Callable[[], models.Model]
    path: Callable[[Any], str]
    method: str = "PUT"
    sent_to: str = ""
    body: Callable[[Any], dict[str, Any]] = field(default=lambda row: {})


def _schema() -> models.Model:
    return metadata_schemas.create(
        related_object="order", properties={"size": {"type": "number"}}, actor=SYSTEM, now=NOW
    )


NOUNS: Final = {
    "voucher": Noun(row=VoucherFactory, path=lambda row: f"/v1/vouchers/{row.code}"),
    "campaign": Noun(row=CampaignFactory, path=lambda row: f"/v1/campaigns/{row.public_id}"),
    "tier": Noun(row=PromotionTierFactory, path=lambda row: f"/v1/promotions/tiers/{row.public_id}"),
    "stack": Noun(
        row=lambda: promotion_stack(PromotionTierFactory()),
        path=lambda row: f"/v1/promotions/{row.campaign.public_id}/stacks/{row.public_id}",
    ),
    "category": Noun(
        row=CategoryFactory,
        path=lambda row: f"/v1/categories/{row.public_id}",
        body=lambda row: {"name": row.name, "hierarchy": row.hierarchy},
    ),
    "validation rule": Noun(
        row=ValidationRuleFactory,
        path=lambda row: f"/v1/validation-rules/{row.public_id}",
        body=lambda row: {"name": row.name},
    ),
    "customer": Noun(row=CustomerFactory, path=lambda row: f"/v1/customers/{row.public_id}"),
    "customer again": Noun(
        row=CustomerFactory,
        path=lambda row: f"/v1/customers/{row.public_id}",
        method="POST",
        sent_to="/v1/customers",
        body=lambda row: {"source_id": row.source_id},
    ),
    "order": Noun(row=OrderFactory, path=lambda row: f"/v1/orders/{row.public_id}"),
    "order again": Noun(
        row=OrderFactory,
        path=lambda row: f"/v1/orders/{row.public_id}",
        method="POST",
        sent_to="/v1/orders",
        body=lambda row: {"source_id": row.source_id},
    ),
    "product": Noun(row=ProductFactory, path=lambda row: f"/v1/products/{row.public_id}"),
    "product again": Noun(
        row=ProductFactory,
        path=lambda row: f"/v1/products/{row.public_id}",
        method="POST",
        sent_to="/v1/products",
        body=lambda row: {"source_id": row.source_id, "name": row.name},
    ),
    "sku": Noun(
        row=SkuFactory, path=lambda row: f"/v1/products/{row.product.public_id}/skus/{row.public_id}"
    ),
    "collection": Noun(
        row=ProductCollectionFactory,
        path=lambda row: f"/v1/product-collections/{row.public_id}",
        body=lambda row: {"type": "STATIC", "name": row.name, "products": []},
    ),
    "project": Noun(
        row=lambda: ProjectSettings.objects.get(), path=lambda row: f"/management/v1/projects/{row.public_id}"
    ),
    "metadata schema": Noun(
        row=_schema,
        path=lambda row: (
            f"/management/v1/projects/{ProjectSettings.objects.get().public_id}/metadata-schemas/{row.public_id}"
        ),
        body=lambda row: {"properties": {"size": {"type": "number"}}},
    ),
}
# An order's total is not here: it follows from what is. A birthday has two names.
WRITABLE: Final = {
    "voucher": "active additional_info expiration_date metadata start_date",
    "campaign": "description join_once metadata",
    "tier": "active banner hierarchy metadata name",
    "stack": "name",
    "category": "hierarchy name",
    "validation rule": "applicable_to.included_all name",
    "customer": "birthdate birthday description email metadata name phone",
    "customer again": "birthdate birthday description email metadata name phone",
    "order": "amount customer.id customer_id discount_amount metadata referrer_id",
    "order again": "amount customer.id customer_id discount_amount metadata referrer_id",
    "product": "attributes image_url metadata name price",
    "product again": "attributes image_url metadata name price",
    "sku": "attributes image_url metadata price sku",
    "collection": "name",
    "project": "client_loyalty_events_enabled client_publish_enabled client_redeem_enabled description name",
    "metadata schema": "allow_defined_only",
}


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Everything that an object says, with its path; lists and empty objects are one thing."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    else:
        yield path, value


def changed(value: Any) -> list[Any]:
    """Other values that could be taken for this one."""
    match value:
        case bool():
            return [not value]
        case int():
            return [value + 777]
        case str() if value[:2] == "20":
            return ["2001-02-03T04:05:06.000Z"]
        case str():
            return ["planted"]
        case list():
            return [[{"id": "planted"}], ["planted"]]
        case dict():
            return [{"planted": "yes"}]
    return [777, "planted", "2001-02-03T04:05:06.000Z"]


def nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for name in reversed(path):
        value = {name: value}
    return value  # type: ignore[no-any-return]


def state(row: models.Model, printed: dict[str, Any]) -> dict[str, Any]:
    """All that can be compared: `voucher.code` of the printed object, `column:code_key` of the row."""
    fresh = type(row)._base_manager.filter(pk=row.pk).values().get()
    return {
        **{".".join(path): value for path, value in leaves(printed) if not CLOCKS & set(path)},
        **{f"column:{name}": value for name, value in fresh.items() if name not in CLOCKS},
    }


Batch = dict[str, dict[str, Any]]


def attempts(row: models.Model, printed: dict[str, Any]) -> Iterator[Batch]:
    """What to send under which name. The second and third guesses at a value are batches of their own."""
    hidden = [((name,), value) for name, value in _columns(row).items() if name not in printed]
    guesses = [(path, changed(value)) for path, value in [*leaves(printed), *hidden]]
    for path, values in guesses:
        # In an upsert these lead to another object: what goes with them tells nothing.
        if path[0] in {"id", "source_id"}:
            yield from ({".".join(path): nested(path, value)} for value in values)
    for turn in range(3):
        yield {
            ".".join(path): nested(path, values[turn])
            for path, values in guesses
            if len(values) > turn and path[0] not in {"id", "source_id"}
        }


def culprits(batch: Batch, has_effect: Callable[[dict[str, Any]], bool | None]) -> set[str]:
    """Which of them had an effect: all at once, and halves of what was refused or had one."""
    if not batch:
        return set()
    found = has_effect(merged(batch.values()))
    if found is False or len(batch) == 1:
        return set(batch) if found else set()
    names = list(batch)
    middle = len(names) // 2
    halves = names[:middle], names[middle:]
    return {what for half in halves for what in culprits({name: batch[name] for name in half}, has_effect)}


def merged(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            is_object = isinstance(value, dict) and isinstance(whole.get(name), dict)
            whole[name] = merged([whole[name], value]) if is_object else value
    return whole


def _columns(row: models.Model) -> dict[str, Any]:
    return {
        name: getattr(row, column.attname)
        for column in row._meta.concrete_fields
        for name in {column.name, column.attname}
    }


@pytest.mark.parametrize("name", NOUNS)
def test_only_what_may_be_written_is_written(name: str, api: APIClient, management_api: APIClient) -> None:
    noun = NOUNS[name]
    row: Any = noun.row()
    path = noun.path(row)
    caller = management_api if path.startswith("/management") else api
    read = path.replace(f"products/{row.product.public_id}/", "") if name == "sku" else path
    printed = caller.get(read).json()
    before = state(row, printed)
    statuses = set()

    def has_effect(planted: dict[str, Any]) -> bool | None:
        """None: refused, and nothing changed."""
        with transaction.atomic():
            sent = json.dumps({**noun.body(row), **planted}, default=str)
            answer = caller.generic(noun.method, noun.sent_to or path, sent, "application/json")
            statuses.add(answer.status_code)
            # A refusal printed nothing new; the row is looked at in any case.
            after = state(row, caller.get(read).json() if answer.status_code == 200 else printed)
            transaction.set_rollback(True)
        if after != before:
            return True
        return False if answer.status_code == 200 else None

    effective = {what for batch in attempts(row, printed) for what in culprits(batch, has_effect)}

    assert effective == set(WRITABLE[name].split())
    assert 200 in statuses
    assert statuses <= {200, 400, 404, 409}


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, noun in NOUNS.items()
        if noun.row is not _schema and noun.method == "PUT" and name != "project"
    ],
)
def test_an_id_in_the_body_does_not_lead_to_another_object(name: str, api: APIClient) -> None:
    noun = NOUNS[name]
    mine, other = noun.row(), noun.row()
    before = state(other, {})
    clues = {
        "id": other.public_id,  # type: ignore[attr-defined]
        "pk": other.pk,
        "code": getattr(other, "code", None),
        "product_id": getattr(other, "product_id", None),
        "campaign_id": "camp_1",
        **noun.body(mine),
    }
    statuses = set()
    for clue, value in clues.items():
        body = {**noun.body(mine), "metadata": {"planted": 1}, clue: value}
        answer = api.generic(
            noun.method, noun.sent_to or noun.path(mine), json.dumps(body), "application/json"
        )
        statuses.add(answer.status_code)

    assert state(other, {}) == before
    assert statuses <= {200, 400, 404, 409}
    assert 200 in statuses
