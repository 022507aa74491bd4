"""What somebody who says yes to a change has to see: campaigns with all that belongs to them, codes, rules,
budgets, as plain JSON. No ids that are made anew and no instants of the change, so that the same change of
the same thing always reads the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Count, Model

from approvals import codec
from core.selectors import areas
from promotions import approval_parts, terms
from promotions.models import (
    Budget,
    Campaign,
    Category,
    PromotionStack,
    PromotionTier,
    ValidationRule,
    ValidationRuleAssignment,
    Voucher,
)

type Content = dict[str, Any]

_SHOWN_DISCOUNTS: Final = 100
_OF_RULES: Final = ("validation_rule_id", "validation_rule_version")


def campaign(pk: int | None) -> Content | None:
    """A campaign with its tiers, stacks, conditions and budgets; None: there is none (any more)."""
    row = Campaign.objects.filter(pk=pk or 0, deleted_at=None).first()
    if row is None:
        return None
    tiers = PromotionTier.objects.filter(campaign=row, deleted_at=None).order_by("hierarchy", "pk")
    stacks = PromotionStack.objects.filter(campaign=row).order_by("pk")
    budgets = Budget.objects.filter(campaigns=row, deleted_at=None).order_by("name", "pk")
    return {
        **_one(Campaign, row),
        "name": row.name,
        "description": row.description,
        "protected": row.protected,
        "tiers": [_tier(tier) for tier in tiers],
        "stacks": [_stack(stack) for stack in stacks],
        "budgets": [budget(one.pk) for one in budgets],
        **_own_discounts(row),
        **_parts(row),
    }


def _parts(row: Campaign) -> Content:
    """What programmes have beside codes."""
    found = approval_parts.contents(row)
    return {"parts": found} if found else {}


def _own_discounts(row: Campaign) -> Content:
    """Codes that give something else than their campaign: they go live with it, unseen otherwise.

    Made while it was switched off, they asked nobody.
    """
    codes = Voucher.objects.filter(campaign=row, deleted_at=None, discount__isnull=False)
    rows = codes.order_by().values_list("discount").annotate(Count("pk"))
    found = sorted(({"discount": one, "codes": count} for one, count in rows), key=codec.canonical)
    if not found:
        return {}
    more = found[_SHOWN_DISCOUNTS:]
    rest = {"other_discounts": len(more), "other_discounts_sha256": codec.digest(more)} if more else {}
    return {"own_discounts": found[:_SHOWN_DISCOUNTS], **rest}


def voucher(pk: int | None, *, with_code: bool = True) -> Content | None:
    """A code of its own terms. `with_code` False: it is drawn at random."""
    row = Voucher.objects.filter(pk=pk or 0, deleted_at=None).select_related("campaign").first()
    if row is None:
        return None
    return {
        **_one(Voucher, row),
        "code": row.code if with_code else None,
        "campaign": row.campaign.name if row.campaign else None,
        "gift_amount": row.gift_amount,
    }


def rule(pk: int | None) -> Content | None:
    row = ValidationRule.objects.filter(pk=pk or 0).first()
    if row is None:
        return None
    assigned = ValidationRuleAssignment.objects.filter(rule=row).select_related(*_RELATED)
    return {**_of_rule(row), "used_by": sorted({str(_related(one)) for one in assigned})}


def budget(pk: int | None) -> Content | None:
    row = Budget.objects.filter(pk=pk or 0, deleted_at=None).first()
    if row is None:
        return None
    found = _terms(Budget, row)
    found["campaigns"] = sorted(row.campaigns.filter(deleted_at=None).values_list("name", flat=True))
    plan = {str(month): amount for month, amount in row.plan.order_by("month").values_list("month", "amount")}
    dates = {"starts_on": row.starts_on, "ends_on": row.ends_on}
    said = {name: str(value) for name, value in dates.items() if value}
    return {**found, "name": row.name, "plan": plan, "thresholds": list(row.thresholds), **said}


def category(pk: int | None) -> Content | None:
    row = Category.objects.filter(pk=pk or 0).first()
    return None if row is None else {"name": row.name, "hierarchy": row.hierarchy}


def users_of(rule_pk: int | None) -> Iterable[Model]:
    """The campaigns, tiers and codes that a rule holds for."""
    assigned = ValidationRuleAssignment.objects.filter(rule_id=rule_pk or 0).select_related(*_RELATED)
    return [_related(one) for one in assigned]


_RELATED: Final = ("campaign", "promotion_tier__campaign", "voucher__campaign")


def _related(assignment: ValidationRuleAssignment) -> Model:
    found: Model = getattr(assignment, assignment.related_object_type)
    return found


def _one(model: type[Model], row: Any) -> Content:
    """Its terms, with the words of its rule and the name of its category in place of their ids."""
    found = _terms(model, row)
    found.pop("campaign_id", None)
    if assigned := found.pop("places", None):
        found["applies"] = areas.spoken(assigned)
    if "category_id" in found:
        found["category"] = row.category.name
        found.pop("category_id")
    assignment = ValidationRuleAssignment.objects.filter(**{_COLUMNS[model]: row}).select_related("rule")
    with_rule = assignment.first()
    return found if with_rule is None else {**found, "conditions": _of_rule(with_rule.rule)}


_COLUMNS: Final[Mapping[type[Model], str]] = {
    Campaign: "campaign",
    PromotionTier: "promotion_tier",
    Voucher: "voucher",
}


def _terms(model: type[Any], row: Any) -> Content:
    read = terms.read(model._default_manager.filter(pk=row.pk)).get()
    found = terms.content(model, read)
    return {name: value for name, value in found.items() if name not in (*_OF_RULES, "deleted_at")}


def _of_rule(row: ValidationRule) -> Content:
    return {"name": row.name, **_terms(ValidationRule, row)}


def _tier(row: PromotionTier) -> Content:
    return {**_one(PromotionTier, row), "name": row.name, "banner": row.banner, "hierarchy": row.hierarchy}


def _stack(row: PromotionStack) -> Content:
    tiers = row.stacked_tiers.order_by("position").values_list("tier__name", flat=True)
    return {
        "name": row.name,
        "category": row.category.name if row.category else None,
        "tiers": list(tiers),
    }
