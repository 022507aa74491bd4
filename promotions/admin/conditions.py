"""The conditions of a campaign, code or tier: chosen by name in its form, read in words, made anew for it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from core import words
from promotions.admin import pickers
from promotions.admin.ruled import MODELS, Related, Ruled, name_of
from promotions.models import ValidationRule, ValidationRuleAssignment
from promotions.rule_words import PARTS, Document, paragraph

_FOR_ALL: Final = "For everybody and every order."
CONDITIONS_FIELDS: Final = ("conditions", "conditions_in_words")


def assignment_of(row: Any) -> ValidationRuleAssignment | None:
    if row is None or row.pk is None:
        return None
    column = name_of(row)
    found = ValidationRuleAssignment.objects.filter(**{column: row.pk}).select_related("rule")
    return found.first()


def chosen(rule: ValidationRule | None) -> str:
    """What the picker of a form holds."""
    return f"{pickers.Kind.RULE}:{rule.public_id}" if rule is not None else ""


def said_conditions(form: Any) -> str | None:
    """What the form of something that is there says about its conditions, as specs take it."""
    return str(form.chosen_rule_id()) if "conditions" in form.changed_data else None


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


class ConditionsMixin:
    """For the lists and pages of campaigns, codes and tiers."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The rules of all rows of the page are looked up together."""
        found = super().get_changelist_instance(request)  # type: ignore[misc]
        ruled = Ruled(found.result_list)
        for row in found.result_list:
            row.ruled = ruled
        return found

    @display(description="Discount")
    def offer(self, row: Related) -> str:
        return _ruled(row).offer(row)

    @display(description="Conditions")
    def conditions_listed(self, row: Related) -> str:
        return _ruled(row).conditions(row)

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


def _ruled(row: Any) -> Ruled:
    """With the other rows of its list, or alone."""
    found: Ruled = getattr(row, "ruled", None) or Ruled([row])
    return found
