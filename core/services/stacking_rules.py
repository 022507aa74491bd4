"""The project's stacking rules as one object that is made, changed and taken back (contract: core 6.1, 17).

They are columns of the settings row and always in force; "created" only means that they have an id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from core import audit
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.ids import new_id
from core.locking import lock
from core.models import ProjectSettings
from core.project import SETTINGS_PK
from core.services import project


class StackingRulesExist(DomainError):
    status = 409
    key = "stacking_rules_exist"
    message = "Stacking rules exist"


@transaction.atomic
def create(*, changes: Mapping[str, Any], actor: Actor, now: datetime) -> ProjectSettings:
    """Put the rules in force: defaults, with `changes` over them.

    :raises StackingRulesExist: there is a set; change that.
    :raises InvalidPayload: a value outside of its range.
    """
    row = _locked()
    if row.stacking_rules_id:
        raise StackingRulesExist("The project has stacking rules. Update them instead.")
    before = _facts(row)
    project.assign(row, {**defaults(), **changes}, allowed=project.STACKING_FIELDS)
    row.stacking_rules_id, row.stacking_rules_created_at = new_id("stk"), now
    _save(row, "stacking_rules.created", before, actor, now)
    return row


@transaction.atomic
def update(*, rules_id: str, changes: Mapping[str, Any], actor: Actor, now: datetime) -> ProjectSettings:
    """Change the rules that are named; the others stay.

    :raises NotFound: no set has this id.
    :raises InvalidPayload: a value outside of its range.
    """
    row = _locked()
    must_have(row, rules_id)
    before = _facts(row)
    project.assign(row, changes, allowed=project.STACKING_FIELDS)
    row.stacking_rules_updated_at = now
    _save(row, "stacking_rules.updated", before, actor, now)
    return row


@transaction.atomic
def delete(*, rules_id: str, actor: Actor, now: datetime) -> None:
    """Go back to the defaults of the contract.

    :raises NotFound: no set has this id.
    """
    row = _locked()
    must_have(row, rules_id)
    before = _facts(row)
    project.assign(row, defaults(), allowed=project.STACKING_FIELDS)
    row.stacking_rules_id, row.stacking_rules_created_at, row.stacking_rules_updated_at = "", None, None
    _save(row, "stacking_rules.deleted", before, actor, now)


def defaults() -> dict[str, Any]:
    fields = ProjectSettings._meta.concrete_fields
    return {field.name: field.get_default() for field in fields if field.name in project.STACKING_FIELDS}


def must_have(row: ProjectSettings, rules_id: str) -> None:
    """:raises NotFound: the set of rules has another id, or none."""
    if not row.stacking_rules_id or row.stacking_rules_id != rules_id:
        raise NotFound.of("stacking_rules", rules_id)


def _locked() -> ProjectSettings:
    return lock(ProjectSettings.objects.filter(pk=SETTINGS_PK))[0]


def _facts(row: ProjectSettings) -> dict[str, Any]:
    return {name: getattr(row, name) for name in project.STACKING_FIELDS}


def _save(row: ProjectSettings, action: str, before: dict[str, Any], actor: Actor, now: datetime) -> None:
    row.updated_at = now
    identity = ["stacking_rules_id", "stacking_rules_created_at", "stacking_rules_updated_at"]
    row.save(update_fields=[*project.STACKING_FIELDS, *identity, "updated_at"])
    old, new = audit.changes(before, _facts(row))
    audit.log(actor, action, row, now=now, before=old, after=new)
