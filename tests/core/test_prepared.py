from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.models import Customer, Product
from core import project
from core.models import ProjectSettings
from core.prepared import Prepared

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, tzinfo=UTC)


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
