"""The branding: one for the project, or none (contract: data file 19)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core import audit
from core.actors import Actor
from core.branding import BRANDING_PK
from core.errors import DomainError, InvalidPayload, NotFound
from core.locking import lock
from core.models import Branding

FIELDS: Final = (
    "name",
    "website_url",
    "privacy_policy_url",
    "terms_of_use_url",
    "permission_reminder",
    "street",
    "city",
    "postal",
    "state",
    "country",
    "email",
    "phone",
)


class BrandingExists(DomainError):
    status = 409
    key = "branding_exist"
    message = "Branding exists"


@transaction.atomic
def create(*, values: Mapping[str, Any], actor: Actor, now: datetime) -> Branding:
    """Say who speaks in e-mails. `values`: some of `FIELDS`.

    :raises InvalidPayload: a value that is missing or not what its field takes.
    :raises BrandingExists: there is one.
    """
    row = Branding(pk=BRANDING_PK, created_at=now)
    _assign(row, values, checked=FIELDS)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise BrandingExists("The project has a branding. Change it, or remove it first.") from error
    audit.log(actor, "branding.created", row, now=now, after=_facts(row))
    return row


@transaction.atomic
def update(*, values: Mapping[str, Any], actor: Actor, now: datetime) -> Branding:
    """Change some of `FIELDS`; the others stay.

    :raises InvalidPayload: a value is not what its field takes.
    """
    row = _locked()
    before = _facts(row)
    _assign(row, values, checked=tuple(values))
    row.updated_at = now
    row.save(update_fields=[*values, "updated_at"])
    old, new = audit.changes(before, _facts(row))
    audit.log(actor, "branding.updated", row, now=now, before=old, after=new)
    return row


@transaction.atomic
def delete(*, actor: Actor, now: datetime) -> None:
    """E-mails speak in the project's name again."""
    row = _locked()
    audit.log(actor, "branding.deleted", row, now=now, before=_facts(row))
    row.delete()


def _assign(row: Branding, values: Mapping[str, Any], *, checked: tuple[str, ...]) -> None:
    for name, value in values.items():
        if name not in FIELDS:
            raise InvalidPayload(f"Property .{name} is not known")
        setattr(row, name, value)
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - set(checked))
    except ValidationError as error:
        name, texts = next(iter(error.message_dict.items()))
        raise InvalidPayload(f"Property .{name}: {texts[0]}") from error


def _facts(row: Branding) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def _locked() -> Branding:
    rows = lock(Branding.objects.filter(pk=BRANDING_PK))
    if not rows:
        raise NotFound("The project has no branding.", resource_type="branding")
    return rows[0]
