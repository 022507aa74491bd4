"""The conditions of a campaign, code or tier: chosen by name in its form, read in words, made anew for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from core import words
from core.actors import Actor
from engine import effects, rules, summary
from engine.summary import Names
from promotions.admin import pickers
from promotions.admin.rule_builder.document import PARTS, Document, names_of, paragraph
from promotions.models import Campaign, PromotionTier, ValidationRule, ValidationRuleAssignment, Voucher
from promotions.services import rule_assignments
from promotions.words import discount, names

type Related = Voucher | Campaign | PromotionTier

MODELS: Final[dict[str, type[Related]]] = {
    ValidationRuleAssignment.RelatedObject.CAMPAIGN: Campaign,
    ValidationRuleAssignment.RelatedObject.VOUCHER: Voucher,
    ValidationRuleAssignment.RelatedObject.PROMOTION_TIER: PromotionTier,
}
_FOR_ALL: Final = "For everybody and every order."
CONDITIONS_FIELDS: Final = ("conditions", "conditions_in_words")


def assignment_of(row: Any) -> ValidationRuleAssignment | None:
    if row is None or row.pk is None:
        return None
    column = name_of(row)
    found = ValidationRuleAssignment.objects.filter(**{column: row.pk}).select_related("rule")
    return found.first()


def name_of(row: Related) -> str:
    """Its wire name, which is the column of an assignment, too."""
    return next(name for name, model in MODELS.items() if isinstance(row, model))


def chosen(rule: ValidationRule | None) -> str:
    """What the picker of a form holds."""
    return f"{pickers.Kind.RULE}:{rule.public_id}" if rule is not None else ""


def save_conditions(row: Related, form: Any, actor: Actor, now: datetime) -> None:
    """What the form says about the conditions of a row that was there before.

    :raises DomainError: as the service that changes the assignment.
    """
    if "conditions" not in form.changed_data:
        return
    public_id = form.chosen_rule_id()
    if public_id:
        rule = ValidationRule.objects.get(public_id=public_id)
        rule_assignments.create(rule=rule, related=row, force=True, actor=actor, now=now)
        return
    assignment = assignment_of(row)
    if assignment is not None:
        rule_assignments.delete(assignment_id=assignment.pk, actor=actor, now=now)


def named(request: HttpRequest, assign_to: str) -> Related | None:
    """`campaign:12` -> the campaign, if it is there and the person may change it."""
    name, _, key = assign_to.partition(":")
    model = MODELS.get(name)
    if model is None or not key.isdigit():
        return None
    row: Any = model._default_manager.filter(pk=int(key), deleted_at=None).first()
    page = admin.site._registry.get(model)
    may = row is not None and page is not None and page.has_change_permission(request, row)
    return row if may else None


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def document_of(rule: ValidationRule) -> Document:
    return {part: getattr(rule, part) for part in PARTS if getattr(rule, part)}


def rule_in_words(rule: ValidationRule) -> str:
    return paragraph(document_of(rule))


def offer_in_words(wire: Mapping[str, Any] | None, *rows: Related | None) -> str:
    """10 % off every item from Coffee: the discount with the items that the first rule of `rows` names."""
    found = (assignment_of(row) for row in rows)
    targeting = (a.rule for a in found if a is not None and a.rule.applicable_to)
    rule = next(targeting, None)
    if not wire or rule is None:
        return discount(wire)
    document = document_of(rule)
    try:
        rule_set = rules.parse(document)
        effect = effects.parse(wire, targets_items=not rule_set.applicable_to.is_empty)
    except (rules.RuleSyntaxError, effects.DiscountError):
        return discount(wire)
    known = {**names_of(document), **names(wire).known}
    named = Names(known=known, write_money=words.money)
    return summary.discount(effect, rule_set.applicable_to, names=named, bundle=rule_set.bundle)


class ConditionsMixin:
    """For the pages of campaigns, codes and tiers."""

    @display(description="In words")
    def conditions_in_words(self, row: Related) -> str:
        assignment = assignment_of(row)
        if assignment is None:
            url = f"{reverse('admin:promotions_validationrule_add')}?assign_to={name_of(row)}:{row.pk}"
            return format_html('{} <a class="fanfare-link" href="{}">Make new conditions</a>', _FOR_ALL, url)
        return self.conditions_read(row)

    @display(description="Conditions")
    def conditions_read(self, row: Related) -> str:
        """For people who may only read."""
        assignment = assignment_of(row)
        if assignment is None:
            return _FOR_ALL
        rule = assignment.rule
        link = words.link(rule.name, reverse("admin:promotions_validationrule_change", args=[rule.pk]))
        return format_html('{}<br><span class="fanfare-muted">{}</span>', link, rule_in_words(rule))
