"""Back to an earlier version: its terms hold again, as a change like any other.

Names, texts, places and balances are no terms and stay. What a version says of its rule is which one: the
rule's own content is brought back on its own. What was decided on other versions stays as it was decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Model

from approvals.gate import gated
from core import places
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.instants import parse_instant
from core.locking import retried
from core.selectors import areas
from core.services import metadata_schemas
from core.services.assignments import Access, Places
from promotions import terms
from promotions.models import (
    Budget,
    Campaign,
    Category,
    PromotionTier,
    ValidationRule,
    Version,
    Voucher,
)
from promotions.services import budgets, campaigns, tiers, validation_rules, vouchers
from promotions.services.budgets import BudgetSpec
from promotions.services.campaigns import CampaignSpec
from promotions.services.definitions import CATEGORY, DISCOUNT, GIFT
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec

type Content = Mapping[str, Any]

_RULE, _RULE_VERSION = "validation_rule_id", "validation_rule_version"
_ACTIVE, _METADATA, _CAMPAIGNS = "active", "metadata", "campaigns"
_INSTANTS: Final = ("start_date", "expiration_date")
_NEVER_CHANGE: Final[Mapping[type[Model], tuple[str, ...]]] = {
    Campaign: ("campaign_type", "gift"),
    PromotionTier: ("campaign_id",),
    Voucher: ("campaign_id", "type"),
}
_PLACES: Final = "places"
_SAID_APART: Final = (
    _RULE,
    _RULE_VERSION,
    _ACTIVE,
    _METADATA,
    _CAMPAIGNS,
    _PLACES,
    "category_id",
    "gift_effect",
)


class CannotRevert(DomainError):
    status = 409
    key = "version_cannot_return"
    message = "The version cannot come back"


class NothingToRevert(DomainError):
    status = 409
    key = "version_holds_already"
    message = "The version holds already"


@gated("campaigns.revert")
@retried
@transaction.atomic
def campaign(*, campaign_id: int, number: int, actor: Actor, now: datetime) -> Campaign:
    """Let the terms of version `number` hold again, for its codes as any change of a campaign does.

    :raises CannotRevert: something that it says is gone, or never changes.
    :raises NothingToRevert: they hold already.
    :raises NotFound: no such version. :raises DomainError: as the services that change a campaign.
    """
    wanted, present, changed = _compared(Campaign, campaign_id, number)
    removed = tuple(key for key in present.get(_METADATA, {}) if key not in wanted.get(_METADATA, {}))
    spec = CampaignSpec(
        values=_values(Campaign, wanted, present, changed),
        metadata=wanted.get(_METADATA, {}) if _METADATA in changed else {},
        unset_metadata=removed,
        conditions=wanted.get(_RULE, "") if _RULE in changed else None,
        access=Access(assign=Places.of(wanted.get(_PLACES, [])), is_whole=True)
        if _PLACES in changed
        else None,
    )
    campaigns.update(campaign_id=campaign_id, spec=spec, actor=actor, now=now)
    if _ACTIVE in changed:
        campaigns.set_active(
            campaign_id=campaign_id, is_active=bool(wanted.get(_ACTIVE)), actor=actor, now=now
        )
    _confirm(Campaign, campaign_id, wanted)
    return Campaign.objects.get(pk=campaign_id)


@gated("promotions.revert")
@retried
@transaction.atomic
def tier(*, tier_id: int, number: int, actor: Actor, now: datetime) -> PromotionTier:
    """As `campaign`, for a tier."""
    wanted, present, changed = _compared(PromotionTier, tier_id, number)
    spec = TierSpec(
        values=_with_metadata("promotion_tier", PromotionTier, wanted, present, changed),
        conditions=wanted.get(_RULE, "") if _RULE in changed else None,
    )
    tiers.update(tier_id=tier_id, spec=spec, actor=actor, now=now)
    if _ACTIVE in changed:
        tiers.set_active(tier_id=tier_id, is_active=bool(wanted.get(_ACTIVE)), actor=actor, now=now)
    _confirm(PromotionTier, tier_id, wanted)
    return PromotionTier.objects.get(pk=tier_id)


@gated("vouchers.revert")
@retried
@transaction.atomic
def voucher(*, voucher_id: int, number: int, actor: Actor, now: datetime) -> Voucher:
    """As `campaign`, for a code. Its balance and its uses stay.

    :raises InvalidVoucher: it was used more often than the version allows.
    """
    wanted, present, changed = _compared(Voucher, voucher_id, number)
    of_campaign = Voucher.objects.select_related("campaign").get(pk=voucher_id).campaign
    values = _with_metadata(vouchers.metadata_resource(of_campaign), Voucher, wanted, present, changed)
    if "gift_effect" in changed:
        values[GIFT] = {"effect": wanted.get("gift_effect")}
    inherits = DISCOUNT in changed and DISCOUNT not in wanted
    spec = VoucherSpec(
        values=values,
        conditions=wanted.get(_RULE, "") if _RULE in changed else None,
        inherits_discount=inherits,
    )
    vouchers.update(voucher_id=voucher_id, spec=spec, actor=actor, now=now)
    if _ACTIVE in changed:
        vouchers.set_active(voucher_id=voucher_id, is_active=bool(wanted.get(_ACTIVE)), actor=actor, now=now)
    _confirm(Voucher, voucher_id, wanted)
    return Voucher.objects.get(pk=voucher_id)


@gated("validation_rules.revert")
@retried
@transaction.atomic
def rule(*, rule_id: int, number: int, actor: Actor, now: datetime) -> ValidationRule:
    """As `campaign`, for conditions: everything that has them follows."""
    wanted, present, changed = _compared(ValidationRule, rule_id, number)
    values = _values(ValidationRule, wanted, present, changed)
    validation_rules.update(rule_id=rule_id, values=values, actor=actor, now=now)
    _confirm(ValidationRule, rule_id, wanted)
    return ValidationRule.objects.get(pk=rule_id)


@gated("budgets.revert")
@retried
@transaction.atomic
def budget(*, budget_id: int, number: int, actor: Actor, now: datetime) -> Budget:
    """As `campaign`, for a budget. What was drawn stays drawn.

    :raises LimitTooLow: more was used than the version allows.
    :raises ResourceInUse: it counted otherwise, and something was drawn since.
    """
    wanted, present, changed = _compared(Budget, budget_id, number)
    drawing = None
    if _CAMPAIGNS in changed:
        drawing = wanted.get(_CAMPAIGNS, [])
        _refuse_deleted_campaigns(drawing)
    spec = BudgetSpec(values=_values(Budget, wanted, present, changed), campaign_ids=drawing)
    budgets.update(budget_id=budget_id, spec=spec, actor=actor, now=now)
    if _ACTIVE in changed:
        budgets.set_active(budget_id=budget_id, is_active=bool(wanted.get(_ACTIVE)), actor=actor, now=now)
    _confirm(Budget, budget_id, wanted)
    return Budget.objects.get(pk=budget_id)


SUBJECTS: Final[Mapping[Version.Subject, tuple[str, Callable[..., Model]]]] = {
    Version.Subject.CAMPAIGN: ("campaign_id", campaign),
    Version.Subject.TIER: ("tier_id", tier),
    Version.Subject.VOUCHER: ("voucher_id", voucher),
    Version.Subject.RULE: ("rule_id", rule),
    Version.Subject.BUDGET: ("budget_id", budget),
}
"""Kind of thing -> the argument that names one, and what brings it back."""


def revert(*, subject: Version.Subject, subject_id: int, number: int, actor: Actor, now: datetime) -> Model:
    """The same for any kind of thing that has versions; by its primary key."""
    name, service = SUBJECTS[subject]
    return service(**{name: subject_id}, number=number, actor=actor, now=now)


def _compared(model: type[Model], pk: int, number: int) -> tuple[Content, Content, set[str]]:
    """The terms of the version, those of now, and the names of what is to become different.

    :raises CannotRevert: see the callers. :raises NothingToRevert: only the content of its rule differs.
    """
    subject = terms.kind_of(model).subject
    version = Version.objects.filter(subject_type=subject, subject_id=pk, number=number).first()
    if version is None:
        raise NotFound.of("version", str(number))
    wanted, present = version.content, _present(model, pk)
    if "deleted_at" in wanted:
        raise CannotRevert(f"Version {number} is its deletion. Choose the version before it.")
    if "deleted_at" in present:
        raise CannotRevert("It is deleted: what is deleted does not come back. Make a new one.")
    changed = _changed(wanted, present)
    if not changed:
        raise NothingToRevert(_why_nothing(wanted, present, number))
    for name in _NEVER_CHANGE.get(model, ()):
        if name in changed:
            raise CannotRevert(f"{name} never changes afterwards. Make a new one instead.")
    _refuse_gone(wanted, changed)
    _refuse_gone_places(wanted, changed)
    return wanted, present, changed


def _present(model: type[Model], pk: int) -> dict[str, Any]:
    """:raises NotFound: there is no such row."""
    row = terms.read(model._default_manager.filter(pk=pk)).first()
    if row is None:
        raise NotFound.of(terms.kind_of(model).subject.value, str(pk))
    return terms.content(model, row)


def _changed(wanted: Content, present: Content) -> set[str]:
    """The version of the rule is none of its own: whatever the rule says now, holds."""
    names = {*wanted, *present} - {_RULE_VERSION}
    return {name for name in names if terms.canonical(wanted.get(name)) != terms.canonical(present.get(name))}


def _why_nothing(wanted: Content, present: Content, number: int) -> str:
    if wanted.get(_RULE_VERSION) == present.get(_RULE_VERSION):
        return f"Everything is as in version {number} already."
    return (
        f"Since version {number} only its conditions were changed: they had their own version "
        f"{wanted.get(_RULE_VERSION)} then. Go back to that version on the page of the conditions."
    )


def _refuse_gone(wanted: Content, changed: set[str]) -> None:
    category = wanted.get("category_id")
    if "category_id" in changed and category and not Category.objects.filter(public_id=category).exists():
        raise CannotRevert(
            "Its category of then was deleted. Make the change by hand, with another category."
        )
    rule_id = wanted.get(_RULE)
    if _RULE in changed and rule_id and not ValidationRule.objects.filter(public_id=rule_id).exists():
        raise CannotRevert("Its conditions of then were deleted. Make the change by hand, with others.")


def _access(wanted: Content) -> Access:
    return Access(assign=Places.of(wanted.get(_PLACES, [])), is_whole=True)


def _refuse_gone_places(wanted: Content, changed: set[str]) -> None:
    if _PLACES not in changed:
        return
    ids = {name for _, name in places.named(wanted.get(_PLACES, []))}
    if ids - areas.names_of(ids).keys():
        raise CannotRevert("An area or store in which it applied then was deleted. Make the change by hand.")


def _refuse_deleted_campaigns(campaign_ids: list[str]) -> None:
    there = Campaign.objects.filter(public_id__in=campaign_ids, deleted_at=None)
    if there.count() != len(campaign_ids):
        raise CannotRevert("A campaign that drew on it then was deleted. Make the change by hand.")


def _values(model: type[Model], wanted: Content, present: Content, changed: set[str]) -> dict[str, Any]:
    """The columns to be set, as the specs of services take them; what was not set is empty again."""
    columns = terms.kind_of(model).paths
    values = {}
    for name in sorted(changed.difference(_SAID_APART, _NEVER_CHANGE.get(model, ()), [DISCOUNT])):
        column = columns[name]
        default = model._meta.get_field(column).get_default()  # type: ignore[union-attr]
        value = wanted.get(name, default)
        values[column] = parse_instant(value) if name in _INSTANTS and value else value
    if "category_id" in changed:
        values[CATEGORY] = wanted.get("category_id")
    if DISCOUNT in changed and DISCOUNT in wanted:
        values[DISCOUNT] = _exactly(wanted[DISCOUNT], present.get(DISCOUNT) or {})
    return values


def _exactly(wanted: Content, present: Content) -> dict[str, Any]:
    """A discount that is merged into the present one, if that is of its kind, and leaves nothing of it."""
    if wanted.get("type") != present.get("type"):
        return dict(wanted)
    return {**dict.fromkeys(name for name in present if name not in wanted), **wanted}


def _with_metadata(
    resource: str, model: type[Model], wanted: Content, present: Content, changed: set[str]
) -> dict[str, Any]:
    """:raises MetadataInvalid: what it said then breaks the schema of today."""
    values = _values(model, wanted, present, changed)
    if _METADATA in changed:
        values[_METADATA] = wanted.get(_METADATA, {})
        metadata_schemas.check(resource=resource, metadata=values[_METADATA], creating=False)
    return values


def _confirm(model: type[Model], pk: int, wanted: Content) -> None:
    """:raises CannotRevert: a service left something as it is, or somebody else changed it meanwhile."""
    if left := _changed(wanted, _present(model, pk)):
        raise CannotRevert(
            f"It cannot be brought back wholly: {', '.join(sorted(left))}. Make the change by hand."
        )
