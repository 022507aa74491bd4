from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from core.actors import Actor
from core.errors import DuplicateFound, InvalidPayload, NotFound
from core.models import AuditEntry, MetadataSchema
from core.services import metadata_schemas
from core.services.metadata_schemas import MetadataInvalid, check
from tests.conftest import NOW

SYSTEM = Actor.system("tests")


def make(related_object: str, *, allow_defined_only: bool = False, **properties: Any) -> MetadataSchema:
    return metadata_schemas.create(
        related_object=related_object,
        properties=properties,
        allow_defined_only=allow_defined_only,
        actor=SYSTEM,
        now=NOW,
    )


def refusal(metadata: dict[str, Any], *, creating: bool = True, resource: str = "voucher") -> str | None:
    """The details of the refusal; None when the metadata passes."""
    try:
        check(resource=resource, metadata=metadata, creating=creating)
    except MetadataInvalid as error:
        return error.details
    return None


def test_refusal_has_the_key_of_the_contract(db: None) -> None:
    make("voucher", size={"type": "number"})

    with pytest.raises(MetadataInvalid) as refused:
        check(resource="voucher", metadata={"size": "big"}, creating=True)

    assert (refused.value.status, refused.value.key) == (400, "metadata_validation_failed")


def test_without_a_schema_everything_passes(db: None) -> None:
    make("customer", allow_defined_only=True)

    assert refusal({"mandatory_v": "test"}, resource="campaign") is None


def test_unknown_keys_pass_unless_only_defined_ones_may(db: None) -> None:
    schema = make("voucher", size={"type": "number"})

    assert refusal({"size": 1, "other": [1]}) is None
    metadata_schemas.update(schema_id=schema.pk, allow_defined_only=True, actor=SYSTEM, now=NOW)
    assert refusal({"size": 1}) is None
    assert refusal({"size": 1, "other": 1}) == "other: is not defined in the metadata schema of voucher"


def test_wrong_value_is_named(db: None) -> None:
    make("voucher", ImageURL={"type": "image_url"})

    assert refusal({"ImageURL": "a.gif"}) == (
        "ImageURL: must be a URL pointing to JPG/JPEG or PNG resource (actual value is a.gif)"
    )


def test_required_keys_are_asked_for_on_creation_only(db: None) -> None:
    make("voucher", size={"type": "number", "optional": False}, colour={"type": "string"})

    assert refusal({"colour": "red"}) == "size: is required"
    assert refusal({}) == "size: is required"
    assert refusal({"size": None}) == "size: is required"
    assert refusal({"colour": "red"}, creating=False) is None
    assert refusal({}, creating=False) is None
    assert refusal({"size": None}, creating=False) == "size: is required"
    assert refusal({"size": 0, "colour": None}) is None


def test_definition_out_of_use_is_an_unknown_key(db: None) -> None:
    schema = make("voucher", size={"type": "number", "optional": False, "deleted": True})

    assert refusal({}) is None
    assert refusal({"size": "any"}) is None
    metadata_schemas.update(schema_id=schema.pk, allow_defined_only=True, actor=SYSTEM, now=NOW)
    assert refusal({"size": 1}) == "size: is not defined in the metadata schema of voucher"


def test_nested_objects_follow_their_own_schema_one_level_deep(db: None) -> None:
    make("voucher", address={"type": "object", "object_type": "address", "array": True})
    make(
        "address",
        allow_defined_only=True,
        city={"type": "string", "optional": False},
        more={"type": "object", "object_type": "address"},
    )

    assert refusal({"address": [{"city": "Łódź"}]}) is None
    assert refusal({"address": [{"city": "Łódź"}, {}]}) == "address.city: is required"
    assert refusal({"address": [{"city": 1}]}) == "address.city: must be a string (actual value is 1)"
    assert refusal({"address": [{"city": "a", "zip": 1}]}) == (
        "address.zip: is not defined in the metadata schema of address"
    )
    assert refusal({"address": [{"city": "a", "more": {"deeper": 1}}]}) is None
    assert refusal({"address": {"city": "a"}}) == "address: must be an array (actual value is {'city': 'a'})"


def test_object_without_a_schema_is_free(db: None) -> None:
    make("voucher", address={"type": "object", "object_type": "nobody-knows"}, free={"type": "object"})

    assert refusal({"address": {"any": 1}, "free": {"any": 1}}) is None


def test_check_costs_one_query_however_many_schemas(db: None, count_queries: Callable[..., int]) -> None:
    make("voucher", address={"type": "object", "object_type": "address"})
    make("address")
    metadata = {"address": {"city": "a"}}
    costs = [count_queries(lambda: check(resource="voucher", metadata=metadata, creating=True))]
    for number in range(20):
        make(f"custom-{number}", **{f"key{number}": {"type": "string"}})

    costs.append(count_queries(lambda: check(resource="voucher", metadata=metadata, creating=True)))
    costs.append(count_queries(lambda: check(resource="voucher", metadata=metadata, creating=False)))
    assert costs == [1, 1, 1]


def test_rulebook_checks_many_rows_with_one_query(db: None, count_queries: Callable[..., int]) -> None:
    make("voucher", size={"type": "number"})

    def bulk() -> None:
        book = metadata_schemas.rulebook(resource="voucher")
        for number in range(50):
            book.check(metadata={"size": number}, creating=True)

    assert count_queries(bulk) == 1


def test_creation_is_written_down(db: None) -> None:
    schema = make("voucher", size={"type": "number"})

    assert schema.public_id.startswith("ms_")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.entity_id) == ("metadata_schema.created", schema.public_id)
    assert entry.after == {"allow_defined_only": False, "properties": schema.properties}


def test_second_schema_is_refused_and_the_transaction_lives_on(db: None) -> None:
    make("voucher")

    with transaction.atomic():
        with pytest.raises(DuplicateFound) as refused:
            make("voucher", size={"type": "number"})
        make("customer")

    assert refused.value.details == "Duplicated metadata_schema exists with related_object voucher"
    assert list(MetadataSchema.objects.order_by("pk").values_list("related_object", flat=True)) == [
        "voucher",
        "customer",
    ]
    assert AuditEntry.objects.count() == 2


def test_update_merges_and_a_definition_that_is_sent_replaces_its_former_self(db: None) -> None:
    schema = make("voucher", size={"type": "number", "lt": 5, "optional": False}, colour={"type": "string"})

    changed = metadata_schemas.update(
        schema_id=schema.pk,
        properties={"size": {"type": "number", "gt": 1}, "fresh": {"type": "date"}},
        actor=SYSTEM,
        now=NOW,
    )

    base = {"array": False, "optional": True, "deleted": False}
    assert changed.properties == {
        "size": {"type": "number", **base, "gt": 1},
        "colour": {"type": "string", **base},
        "fresh": {"type": "date", **base},
    }
    assert changed.updated_at == NOW
    entry = AuditEntry.objects.get(action="metadata_schema.updated")
    assert list(entry.after or {}) == ["properties"]


def test_type_of_a_key_cannot_change(db: None) -> None:
    schema = make("voucher", size={"type": "number"})

    with pytest.raises(InvalidPayload) as refused:
        metadata_schemas.update(
            schema_id=schema.pk, properties={"size": {"type": "string"}}, actor=SYSTEM, now=NOW
        )

    assert refused.value.details == "Property .properties.size.type must stay number"
    schema.refresh_from_db()
    assert schema.properties["size"]["type"] == "number"


def test_at_most_a_hundred_definitions_with_the_removed_ones(db: None) -> None:
    many = {f"key{number}": {"type": "string", "deleted": True} for number in range(100)}
    schema = make("voucher", **many)

    with pytest.raises(InvalidPayload, match="at most 100 definitions"):
        metadata_schemas.update(
            schema_id=schema.pk, properties={"x": {"type": "date"}}, actor=SYSTEM, now=NOW
        )
    metadata_schemas.update(
        schema_id=schema.pk, properties={"key7": {"type": "string"}}, actor=SYSTEM, now=NOW
    )

    schema.refresh_from_db()
    assert len(schema.properties) == 100
    assert schema.properties["key7"]["deleted"] is False


@pytest.mark.parametrize("key", ["", " ", "k" * 101])
def test_names_of_keys(db: None, key: str) -> None:
    with pytest.raises(InvalidPayload, match="keys of 1 to 100 characters"):
        make("voucher", **{key: {"type": "string"}})

    assert MetadataSchema.objects.count() == 0


def test_deletion_is_written_down(db: None) -> None:
    schema = make("voucher", size={"type": "number"})

    metadata_schemas.delete(schema_id=schema.pk, actor=SYSTEM, now=NOW)

    assert MetadataSchema.objects.count() == 0
    entry = AuditEntry.objects.get(action="metadata_schema.deleted")
    assert entry.entity_id == schema.public_id
    with pytest.raises(NotFound):
        metadata_schemas.delete(schema_id=schema.pk, actor=SYSTEM, now=NOW)
