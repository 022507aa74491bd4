from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.actors import Actor
from core.models import AuditEntry, MetadataSchema, ProjectSettings
from core.services import metadata_schemas
from tests.conftest import NOW
from tests.core.code_case import forbid_change_of_code_case

PAGE = "/admin/core/projectsettings/1/change/"
SCHEMAS = "/admin/core/metadataschema/"


def filled(settings: ProjectSettings, **changes: Any) -> dict[str, Any]:
    """The settings form as a browser sends it."""
    values = {
        field.name: getattr(settings, field.name)
        for field in settings._meta.fields
        if field.editable and field.name not in {"id", "public_id"}
    }
    values.update(changes)
    return {name: value for name, value in values.items() if value is not None and value is not False}


def row(number: int, key: str, **cells: str) -> dict[str, str]:
    names = ("type", "choices", "lowest", "highest", "object_type")
    posted = {f"properties-{number}-{name}": cells.pop(name, "") for name in names}
    return {
        f"properties-{number}-key": key,
        **posted,
        **{f"properties-{number}-{name}": value for name, value in cells.items()},
    }


def test_settings_change_and_are_written_down(admin_page: Client, settings_row: ProjectSettings) -> None:
    admin_page.post(PAGE, filled(settings_row, currency="PLN", redeemables_limit=12))

    fresh = ProjectSettings.objects.get()
    assert (fresh.currency, fresh.redeemables_limit) == ("PLN", 12)
    entry = AuditEntry.objects.get()
    assert entry.before == {"currency": "EUR", "redeemables_limit": 30}
    assert entry.after == {"currency": "PLN", "redeemables_limit": 12}
    assert entry.channel == "ADMIN"


def test_wrong_settings_come_back_with_the_reason(admin_page: Client, settings_row: ProjectSettings) -> None:
    answer = admin_page.post(PAGE, filled(settings_row, time_zone="Mars/North", redeemables_limit=31))

    errors = answer.context["adminform"].form.errors
    assert errors == {
        "time_zone": ["Select a valid choice. Mars/North is not one of the available choices."],
        "redeemables_limit": ["Ensure this value is less than or equal to 30."],
    }
    assert ProjectSettings.objects.get().time_zone == "UTC"
    assert AuditEntry.objects.count() == 0


def test_refusal_of_the_service_keeps_what_was_typed(
    admin_page: Client, settings_row: ProjectSettings
) -> None:
    forbid_change_of_code_case()

    answer = admin_page.post(PAGE, filled(settings_row, name="New name", case_insensitive_codes=True))

    form = answer.context["adminform"].form
    assert answer.status_code == 200
    assert form.non_field_errors() == ["Codes exist: whether capitals matter in them cannot change any more."]
    assert form["name"].value() == "New name"
    assert ProjectSettings.objects.get().name == "Fanfare"


def test_table_of_keys_becomes_definitions(admin_page: Client) -> None:
    data = {"related_object": "voucher", "allow_defined_only": "on"}
    data |= row(0, "size", type="number", lowest="1", highest="9.5", required="1")
    data |= row(1, "colours", type="string", choices="red, blue", array="1")
    data |= row(2, "", type="string")

    admin_page.post(f"{SCHEMAS}add/", data)

    schema = MetadataSchema.objects.get()
    assert schema.allow_defined_only is True
    assert schema.properties == {
        "size": {"type": "number", "array": False, "optional": False, "deleted": False, "gte": 1, "lte": 9.5},
        "colours": {
            "type": "string",
            "array": True,
            "optional": True,
            "deleted": False,
            "eq": ["red", "blue"],
        },
    }
    assert AuditEntry.objects.get().action == "metadata_schema.created"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"type": "number", "lowest": "few"}, "“size”: few is not a number."),
        ({"type": "string", "highest": "1.5"}, "“size”: max length must be an integer between 0 and 10000."),
        ({"type": "colour"}, None),
    ],
)
def test_wrong_rows_come_back(admin_page: Client, cells: dict[str, str], reason: str | None) -> None:
    data = {"related_object": "voucher"} | row(0, "size", **cells)

    answer = admin_page.post(f"{SCHEMAS}add/", data)

    errors = answer.context["adminform"].form.errors["properties"]
    assert len(errors) == 1
    assert reason in (None, errors[0])
    assert 'value="size"' in answer.content.decode()
    assert MetadataSchema.objects.count() == 0


def test_rules_without_a_column_survive_a_change(admin_page: Client) -> None:
    schema = metadata_schemas.create(
        related_object="voucher",
        properties={"size": {"type": "number", "lt": 7, "ne": [3]}},
        actor=Actor.system("tests"),
        now=NOW,
    )

    admin_page.post(f"{SCHEMAS}{schema.pk}/change/", row(0, "size", type="number", deleted="1", stored="1"))

    schema.refresh_from_db()
    assert schema.properties == {
        "size": {"type": "number", "array": False, "optional": True, "deleted": True, "lt": 7, "ne": [3]}
    }


def test_second_schema_for_the_same_object_is_refused_in_the_form(admin_page: Client) -> None:
    metadata_schemas.create(related_object="voucher", properties={}, actor=Actor.system("tests"), now=NOW)

    answer = admin_page.post(f"{SCHEMAS}add/", {"related_object": "voucher"} | row(0, "a", type="string"))

    assert answer.context["adminform"].form.errors == {
        "related_object": ["Metadata schema with this Related object already exists."]
    }
    assert MetadataSchema.objects.count() == 1


def test_schema_is_deleted_through_the_service(admin_page: Client) -> None:
    schema = metadata_schemas.create(
        related_object="voucher", properties={}, actor=Actor.system("tests"), now=NOW
    )

    admin_page.post(f"{SCHEMAS}{schema.pk}/delete/", {"post": "yes"})

    assert MetadataSchema.objects.count() == 0
    assert AuditEntry.objects.order_by("-pk")[0].action == "metadata_schema.deleted"


def test_user_defines_keys_but_leaves_settings_alone(
    page_as: Callable[[str], Client], settings_row: ProjectSettings
) -> None:
    browser = page_as("User")

    browser.post(f"{SCHEMAS}add/", {"related_object": "voucher"} | row(0, "a", type="string"))
    refused = browser.post(PAGE, filled(settings_row, name="Mine"))

    assert MetadataSchema.objects.count() == 1
    assert refused.status_code == 403
    assert ProjectSettings.objects.get().name == "Fanfare"


def test_table_says_which_rules_have_no_column(admin_page: Client) -> None:
    schema = metadata_schemas.create(
        related_object="voucher",
        properties={"size": {"type": "number", "lt": 7, "lte": 9, "ne": [3]}},
        actor=Actor.system("tests"),
        now=NOW,
    )

    page = admin_page.get(f"{SCHEMAS}{schema.pk}/change/").content.decode()

    assert "<small>also: below 7, never [3]</small>" in page
    assert 'name="properties-0-highest" value="9"' in page
