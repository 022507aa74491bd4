"""The settings row: one validated way to change it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NoReturn

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core import audit, events
from core.actors import Actor
from core.errors import DomainError, InvalidPayload
from core.locking import lock
from core.models import ProjectSettings
from core.project import CODE_CASE_CONSTRAINT, SETTINGS_PK

UPDATED: Final = "project.updated"
STACKING_FIELDS: Final = (
    "redeemables_limit",
    "applicable_redeemables_limit",
    "applicable_redeemables_per_category_limit",
    "applicable_exclusive_redeemables_limit",
    "applicable_exclusive_redeemables_per_category_limit",
    "redeemables_application_mode",
    "redeemables_sorting_rule",
    "grouped_redeemables_sorting_rule",
    "redeemables_products_application_mode",
    "redeemables_no_effect_rule",
    "redeemables_rollback_order_mode",
    "discount_calculation_mode",
)
GENERAL_FIELDS: Final = (
    "name",
    "description",
    "currency",
    "time_zone",
    "first_weekday",
    "dial_code",
    "case_insensitive_codes",
    "client_redeem_enabled",
    "client_publish_enabled",
    "client_events_enabled",
    "accept_unknown_events",
    "cost_field",
    "second_factor_required_from",
    "second_factor_required_for",
)
FIELDS: Final = (*GENERAL_FIELDS, *STACKING_FIELDS)
CLOCK_FIELDS: Final = frozenset({"time_zone", "first_weekday"})
"""When days and weeks begin."""


class CodeCaseFixed(DomainError):
    key = "invalid_payload"
    message = "Invalid payload"


class OneProjectOnly(DomainError):
    """One deployment is one project: it is made by the migrations and goes with its database."""

    status = 402
    key = "missing_required_feature"
    message = "Missing required feature"


@transaction.atomic
def update(*, changes: Mapping[str, Any], actor: Actor, now: datetime) -> ProjectSettings:
    """Change some of `FIELDS`; the others stay as they are.

    :raises InvalidPayload: an unknown field or a value outside of its range.
    :raises CodeCaseFixed: codes exist, so whether capitals matter in them cannot change any more.
    """
    row = lock(ProjectSettings.objects.filter(pk=SETTINGS_PK))[0]
    before = {name: getattr(row, name) for name in FIELDS}
    assign(row, changes, allowed=FIELDS)
    row.updated_at = now
    save(row, [*changes, "updated_at"])
    old, new = audit.changes(before, {name: getattr(row, name) for name in FIELDS})
    if new:
        audit.log(actor, UPDATED, row, now=now, before=old, after=new)
        events.emit(UPDATED, entity=row, actor=actor, now=now, payload={"changed": sorted(new)})
    return row


def create(*, actor: Actor, now: datetime) -> NoReturn:
    """:raises OneProjectOnly: always."""
    raise OneProjectOnly("One deployment serves one project. Install another one for another project.")


def delete(*, actor: Actor, now: datetime) -> NoReturn:
    """:raises OneProjectOnly: always."""
    raise OneProjectOnly("One deployment serves one project, so it cannot be deleted.")


def assign(row: ProjectSettings, changes: Mapping[str, Any], *, allowed: tuple[str, ...]) -> None:
    """Put values on the row and hold them against the field's own checks, without saving.

    :raises InvalidPayload: `details` names the property.
    """
    for name, value in changes.items():
        if name not in allowed:
            raise InvalidPayload(f"Property .{name} is not known")
        setattr(row, name, value)
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - set(changes))
    except ValidationError as error:
        name, texts = next(iter(error.message_dict.items()))
        raise InvalidPayload(f"Property .{name}: {texts[0]}") from error


def save(row: ProjectSettings, fields: list[str]) -> None:
    """Save the named columns, in a savepoint, so that the refusal leaves the caller's transaction whole."""
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) == CODE_CASE_CONSTRAINT:
            raise CodeCaseFixed(
                "Codes exist: whether capitals matter in them cannot change any more."
            ) from error
        raise
