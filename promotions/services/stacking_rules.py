"""The project's stacking rules as one object that is made, changed and taken back (contract: core 6.1, 17).

They are columns of the settings row and of the categories, and always in force; "created" only means that
they have an id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from approvals.gate import gated
from core import audit
from core import project as settings_row
from core.actors import Actor
from core.errors import DomainError, InvalidPayload, NotFound
from core.ids import new_id
from core.locking import lock
from core.models import ProjectSettings
from core.project import SETTINGS_PK
from core.services import project
from promotions.category_rules import COLUMNS, CategoryRules
from promotions.models import Category
from promotions.services.definitions import facts

# One category may stand in one list of each pair only.
_OPPOSITES: Final = (
    ("exclusive_categories", "joint_categories"),
    ("no_effect_skip_categories", "no_effect_redeem_anyway_categories"),
    ("initial_amount_mode_categories", "discounted_amount_mode_categories"),
)


class StackingRulesExist(DomainError):
    status = 409
    key = "stacking_rules_exist"
    message = "Stacking rules exist"


@dataclass(frozen=True, kw_only=True)
class RulesSpec:
    """What a caller says. `settings` are columns of the settings row, `categories` fields of `CategoryRules`.

    Only what was sent is in either; a list or map of categories replaces the old one as a whole.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    categories: Mapping[str, Any] = field(default_factory=dict)


@gated("stacking_rules.create")
@transaction.atomic
def create(*, spec: RulesSpec, actor: Actor, now: datetime) -> ProjectSettings:
    """Put the rules in force: defaults, with those of `spec` over them.

    :raises StackingRulesExist: there is a set; change that.
    :raises InvalidPayload: a value outside of its range, or a category in two lists that exclude each other.
    :raises NotFound: a category that is not there.
    """
    row, categories = _locked()
    if row.stacking_rules_id:
        raise StackingRulesExist("The project has stacking rules. Update them instead.")
    before = _facts(row, categories)
    project.assign(row, {**defaults(), **spec.settings}, allowed=project.STACKING_FIELDS)
    _assign(categories, replace(CategoryRules(), **spec.categories), now)
    row.stacking_rules_id, row.stacking_rules_created_at = new_id("stk"), now
    _save(row, categories, "stacking_rules.created", before, actor, now)
    return row


@gated("stacking_rules.update")
@transaction.atomic
def update(*, rules_id: str, spec: RulesSpec, actor: Actor, now: datetime) -> ProjectSettings:
    """Change the rules that are named; the others stay.

    :raises NotFound: no set has this id, or a category is not there.
    :raises InvalidPayload: a value outside of its range, or a category in two lists that exclude each other.
    """
    row, categories = _locked()
    must_have(row, rules_id)
    before = _facts(row, categories)
    project.assign(row, spec.settings, allowed=project.STACKING_FIELDS)
    _assign(categories, replace(CategoryRules.of(categories), **spec.categories), now)
    row.stacking_rules_updated_at = now
    _save(row, categories, "stacking_rules.updated", before, actor, now)
    return row


@gated("stacking_rules.delete")
@transaction.atomic
def delete(*, rules_id: str, actor: Actor, now: datetime) -> None:
    """Go back to the defaults of the contract, in which no category is special.

    :raises NotFound: no set has this id.
    """
    row, categories = _locked()
    must_have(row, rules_id)
    before = _facts(row, categories)
    project.assign(row, defaults(), allowed=project.STACKING_FIELDS)
    _assign(categories, CategoryRules(), now)
    row.stacking_rules_id, row.stacking_rules_created_at, row.stacking_rules_updated_at = "", None, None
    _save(row, categories, "stacking_rules.deleted", before, actor, now)


def defaults() -> dict[str, Any]:
    fields = ProjectSettings._meta.concrete_fields
    return {field.name: field.get_default() for field in fields if field.name in project.STACKING_FIELDS}


def present() -> dict[str, Any]:
    """The rules in force, categories by their names, and whether they are a set of the project's own."""
    row, rows = settings_row.current(), list(Category.objects.order_by("pk"))
    names = {one.public_id: one.name for one in rows}
    found = {"own": bool(row.stacking_rules_id), **_facts(row, rows)}
    return {name: _with_names(value, names) for name, value in facts(found).items()}


def _with_names(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): _with_names(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted(str(names.get(one, one)) for one in value)
    return value


def must_have(row: ProjectSettings, rules_id: str) -> None:
    """:raises NotFound: the set of rules has another id, or none."""
    if not row.stacking_rules_id or row.stacking_rules_id != rules_id:
        raise NotFound.of("stacking_rules", rules_id)


def _locked() -> tuple[ProjectSettings, list[Category]]:
    """The settings row, then all categories, oldest first."""
    row = lock(ProjectSettings.objects.filter(pk=SETTINGS_PK))[0]
    return row, lock(Category.objects.all())


def _assign(categories: list[Category], rules: CategoryRules, now: datetime) -> None:
    """Put the rules on the categories, without saving; those that changed get a new `updated_at`."""
    _refuse_opposites(rules)
    known = {category.public_id for category in categories}
    for public_id in rules.named():
        if public_id not in known:
            raise NotFound.of("category", public_id)
    for category in categories:
        columns = rules.columns(category.public_id)
        if any(getattr(category, name) != value for name, value in columns.items()):
            for name, value in columns.items():
                setattr(category, name, value)
            category.updated_at = now


def _refuse_opposites(rules: CategoryRules) -> None:
    for one, other in _OPPOSITES:
        both = set(getattr(rules, one)) & set(getattr(rules, other))
        if both:
            raise InvalidPayload(f"Property .{one} and .{other} both hold {min(both)}")


def _facts(row: ProjectSettings, categories: list[Category]) -> dict[str, Any]:
    settings = {name: getattr(row, name) for name in project.STACKING_FIELDS}
    return {**settings, **CategoryRules.of(categories).to_wire()}


def _save(
    row: ProjectSettings,
    categories: list[Category],
    action: str,
    before: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    row.updated_at = now
    identity = ["stacking_rules_id", "stacking_rules_created_at", "stacking_rules_updated_at"]
    row.save(update_fields=[*project.STACKING_FIELDS, *identity, "updated_at"])
    changed = [category for category in categories if category.updated_at == now]
    Category.objects.bulk_update(changed, [*COLUMNS, "updated_at"])
    old, new = audit.changes(before, _facts(row, categories))
    audit.log(actor, action, row, now=now, before=old, after=new)
