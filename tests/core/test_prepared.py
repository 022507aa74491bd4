from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import DataError
from django.db.models import Model
from django.db.models.signals import post_init, pre_init

from commerce.models import Customer, Order, Product, Sku
from core import project
from core.models import ProjectSettings
from core.prepared import Prepared, insert, insert_all

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, tzinfo=UTC)
OURS = {"approvals", "commerce", "core", "insights", "integrations", "loyalty", "promotions", "referrals"}


def columns(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_gives_what_a_queryset_gives_in_every_column() -> None:
    Customer.objects.create(source_id="ann%a", metadata={"tier": "gold", "age": 7.5}, created_at=NOW)
    Customer.objects.create(source_id="ben", created_at=NOW)

    (found,) = Prepared(Customer, "source_id = %s")("ann%a")

    assert columns(found) == columns(Customer.objects.get(source_id="ann%a"))
    assert found.metadata == {"tier": "gold", "age": 7.5}


def test_row_can_be_saved_like_any_other() -> None:
    Customer.objects.create(source_id="anna", created_at=NOW)

    (found,) = Prepared(Customer, "source_id = %s")("anna")
    found.name = "Anna"
    found.save(update_fields=["name"])

    assert Customer.objects.get().name == "Anna"


def test_takes_lists_also_empty_ones(django_assert_num_queries: Any) -> None:
    for name in ("a", "b", "c"):
        Product.objects.create(public_id=f"prod_{name}", source_id=name, created_at=NOW)
    meant = Prepared(Product, "public_id = ANY(%s) OR source_id = ANY(%s) ORDER BY id")

    with django_assert_num_queries(2):
        found = meant(["prod_a"], ["c"])
        nothing = meant([], [])

    assert [row.source_id for row in found] == ["a", "c"]
    assert nothing == []


def test_values_are_never_part_of_the_statement() -> None:
    Customer.objects.create(source_id="anna", created_at=NOW)

    assert Prepared(Customer, "source_id = %s")("x' OR '1' = '1") == []


def test_settings_that_are_missing_are_an_error() -> None:
    ProjectSettings.objects.all().delete()

    with pytest.raises(ProjectSettings.DoesNotExist):
        project.current()


def test_loads_relations_along_as_a_queryset_does(django_assert_num_queries: Any) -> None:
    anna = Customer.objects.create(source_id="anna", metadata={"age": 7.5}, created_at=NOW)
    Order.objects.create(source_id="with", customer=anna, created_at=NOW)
    Order.objects.create(source_id="without", created_at=NOW)
    named = Prepared(
        Order,
        "t.source_id = ANY(%s) ORDER BY t.id",
        joins=("customer", "referrer"),
        without=("customer__name",),
    )

    with django_assert_num_queries(1):
        first, second = named(["with", "without"])
        people = (first.customer, first.referrer, second.customer)

    assert people == (anna, None, None)
    assert people[0] is not None
    assert people[0].metadata == {"age": 7.5}
    with django_assert_num_queries(1):
        assert people[0].name == ""


def test_loads_what_points_back_along() -> None:
    sku = Sku.objects.create(
        source_id="mug-red",
        product=Product.objects.create(source_id="mug", created_at=NOW),
        created_at=NOW,
    )

    (found,) = Prepared(Sku, "t.id = %s", joins=("product",))(sku.pk)

    assert found.product.source_id == "mug"


def test_locks_bare_rows_only() -> None:
    with pytest.raises(ValueError, match="bare"):
        Prepared(Order, "t.id = %s", joins=("customer",), lock=True)


@pytest.mark.parametrize("count", [1, 3, 8, 9, 30])
def test_inserts_many_in_their_order(django_assert_num_queries: Any, count: int) -> None:
    numbers = [(7 * n) % count for n in range(count)]
    rows = [Product(source_id=f"p{n}", price=n, metadata={"n": n}, created_at=NOW) for n in numbers]

    with django_assert_num_queries(1):
        insert_all(rows)
    insert_all([])

    stored = {row.pk: row for row in Product.objects.all()}
    assert [columns(stored[row.pk]) for row in rows] == [columns(row) for row in rows]


def test_refuses_what_is_too_long_for_its_column() -> None:
    with pytest.raises(DataError):
        insert_all([Product(source_id="x" * 300, created_at=NOW)])


def test_inserts_what_saving_would() -> None:
    saved = Order(source_id="saved", amount=5, total_amount=5, metadata={"a": 1.5}, created_at=NOW)
    saved.save()
    customer = Customer(source_id="late", created_at=NOW)
    prepared = Order(
        source_id="prepared", amount=5, total_amount=5, metadata={"a": 1.5}, customer=customer, created_at=NOW
    )
    insert(customer)

    insert(prepared)

    stored = Order.objects.get(source_id="prepared")
    differing = {"id", "public_id", "source_id", "customer_id"}
    assert {k: v for k, v in columns(stored).items() if k not in differing} == {
        k: v for k, v in columns(Order.objects.get(pk=saved.pk)).items() if k not in differing
    }
    assert (stored.pk, stored.customer) == (prepared.pk, customer)
    prepared.metadata = {"a": 2}
    prepared.save(update_fields=["metadata"])
    assert Order.objects.get(pk=prepared.pk).metadata == {"a": 2}


def test_no_model_does_anything_when_it_is_loaded() -> None:
    """Rows are filled without their constructors, so nothing may wait for those."""
    for model in apps.get_models():
        own = [one for one in model.__mro__ if one is not Model and one.__module__.split(".")[0] in OURS]
        assert not any({"__init__", "from_db"} & set(vars(one)) for one in own), model
        assert not pre_init.has_listeners(model), model
        assert not post_init.has_listeners(model), model
