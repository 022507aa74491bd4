"""Every page of commerce: opens, is shut for strangers, read-only for viewers, constant in queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from commerce.models import Customer, CustomEvent, Order, Product, ProductCollection, Segment, Sku
from core.actors import Actor
from integrations.models import AsyncAction
from tests.conftest import NOW
from tests.factories.commerce import (
    CustomerFactory,
    CustomEventFactory,
    OrderFactory,
    OrderItemFactory,
    ProductCollectionFactory,
    ProductFactory,
    SegmentFactory,
    SegmentMembershipFactory,
    SkuFactory,
)

MODELS = [Customer, Segment, Order, CustomEvent, Product, Sku, ProductCollection, AsyncAction]
EDITABLE = [Customer, Product, Sku, ProductCollection]


def job() -> AsyncAction:
    actor = Actor.system("tests")
    return AsyncAction.objects.create(
        type="PRODUCTS.IMPORT",
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        actor_role=actor.role,
        channel=actor.channel,
        created_at=NOW,
    )


def make() -> dict[type, Any]:
    """One object of each model, with everything that its list joins."""
    customer = CustomerFactory()
    product = ProductFactory()
    segment = SegmentFactory()
    SegmentMembershipFactory(segment=segment, customer=customer)
    order = OrderFactory(customer=customer)
    OrderItemFactory(order=order, product=product)
    return {
        Customer: customer,
        Segment: segment,
        Order: order,
        CustomEvent: CustomEventFactory(customer=customer),
        Product: product,
        Sku: SkuFactory(product=product),
        ProductCollection: ProductCollectionFactory(products=[product]),
        AsyncAction: job(),
    }


@pytest.fixture
def rows(db: None) -> dict[type, Any]:
    return make()


def url(model: type, page: str, *args: Any) -> str:
    options = model._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_list_and_page_open(model: type, admin_page: Client, rows: dict[type, Any]) -> None:
    assert admin_page.get(url(model, "changelist")).status_code == 200
    assert admin_page.get(url(model, "change", rows[model].pk)).status_code == 200


@pytest.mark.parametrize("model", EDITABLE, ids=lambda model: model.__name__)
def test_form_for_a_new_one_opens(model: type, admin_page: Client) -> None:
    assert admin_page.get(url(model, "add")).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_strangers_are_sent_to_the_login(model: type, client: Client, rows: dict[type, Any]) -> None:
    address = url(model, "change", rows[model].pk)

    answer = client.get(address)

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('admin:login')}?next={address}"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_staff_without_a_role_gets_no_page(model: type, client: Client, rows: dict[type, Any]) -> None:
    client.force_login(User.objects.create_user("temp", is_staff=True))

    assert client.get(url(model, "changelist")).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_viewer_reads_and_cannot_change(
    model: type, page_as: Callable[[str], Client], rows: dict[type, Any]
) -> None:
    browser = page_as("Viewer")
    address = url(model, "change", rows[model].pk)

    assert browser.get(address).status_code == 200
    assert browser.post(address, {"name": "x"}).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_readers_see_words_instead_of_fields_and_json(
    model: type, page_as: Callable[[str], Client], rows: dict[type, Any]
) -> None:
    row = rows[model]
    has_metadata = hasattr(row, "metadata") and model in EDITABLE
    if has_metadata:
        model.objects.filter(pk=row.pk).update(metadata={"season": "spring"})  # type: ignore[attr-defined]

    text = page_as("Viewer").get(url(model, "change", row.pk)).text

    assert "<pre" not in text
    assert "discount_type" not in text
    assert ('<th scope="row">season</th><td>spring</td>' in text) is has_metadata


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists_cost_the_same_with_more_rows(
    model: type, admin_page: Client, rows: dict[type, Any], count_queries: Callable[..., int]
) -> None:
    few = count_queries(lambda: admin_page.get(url(model, "changelist")))
    for _ in range(12):
        make()

    assert count_queries(lambda: admin_page.get(url(model, "changelist"))) == few


def test_pages_cost_the_same_with_more_orders_and_lines(
    admin_page: Client, rows: dict[type, Any], count_queries: Callable[..., int]
) -> None:
    pages = [url(Customer, "change", rows[Customer].pk), url(Order, "change", rows[Order].pk)]
    few = [count_queries(lambda page=page: admin_page.get(page)) for page in pages]
    for _ in range(12):
        OrderFactory(customer=rows[Customer])
        OrderItemFactory(order=rows[Order])
        SegmentMembershipFactory(customer=rows[Customer])

    assert [count_queries(lambda page=page: admin_page.get(page)) for page in pages] == few


def test_a_large_list_is_counted_to_a_limit(
    admin_page: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.admin.paging.MOST_ROWS", 3)
    CustomerFactory.create_batch(5)

    text = admin_page.get(url(Customer, "changelist")).text

    assert "More than 3 customers" in text


def test_links_to_the_orders_of_a_customer_work(admin_page: Client, rows: dict[type, Any]) -> None:
    OrderFactory()

    listing = admin_page.get(f"{url(Order, 'changelist')}?customer__id__exact={rows[Customer].pk}")

    assert list(listing.context["cl"].result_list) == [rows[Order]]


def test_links_to_the_customers_of_a_segment_work(admin_page: Client, rows: dict[type, Any]) -> None:
    CustomerFactory()
    link = f"{url(Customer, 'changelist')}?memberships__segment__id__exact={rows[Segment].pk}"

    assert list(admin_page.get(link).context["cl"].result_list) == [rows[Customer]]
