from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import Truncator
from unfold.decorators import display

from approvals.gate import ApprovalRequired
from core import words
from core.admin.base import adopt, sentence, staff_actor, tell_refusal
from core.admin.condition_builder import question
from core.admin.pages import SHOWN_ROWS, Fact, PageAdmin, Panel
from core.errors import DomainError
from promotions import rule_words
from promotions.admin import conditions, pickers, rows
from promotions.admin.forms.validation_rules import ValidationRuleForm
from promotions.admin.rule_builder import document as documents
from promotions.admin.rule_builder import trial
from promotions.admin.ruled import name_of
from promotions.admin.versioned import VersionedMixin
from promotions.models import ValidationRule, ValidationRuleAssignment
from promotions.selectors import validation_rules as selectors
from promotions.services import rule_assignments, validation_rules

_SHOWN_CHARACTERS: Final = 200
_KINDS: Final = {
    ValidationRuleAssignment.RelatedObject.CAMPAIGN: rows.campaign_link,
    ValidationRuleAssignment.RelatedObject.VOUCHER: rows.voucher_link,
    ValidationRuleAssignment.RelatedObject.PROMOTION_TIER: rows.tier_link,
}


@admin.register(ValidationRule)
class ValidationRuleAdmin(VersionedMixin, PageAdmin):
    """Conditions: who and what a discount is for."""

    resource = "validation_rules"
    form = ValidationRuleForm
    is_deletable = True
    delete_hint = "Campaigns, codes and tiers that have these conditions go on without any: for everybody."
    empty_hint = "Conditions say for whom and for what a discount is. Campaigns, codes and tiers share them."
    in_words = {"message": "message_shown", "document": "conditions_shown", "assign_to": ""}  # noqa: RUF012
    list_display = ("name", "said", "used")
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the name."
    ordering = ("-created_at", "-pk")
    readonly_fields = ("message_shown", "conditions_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ValidationRule]:
        return selectors.counted(super().get_queryset(request))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The names in all rules of the page are looked up together."""
        found = super().get_changelist_instance(request)
        listed = [(rule, conditions.document_of(rule)) for rule in found.result_list]
        known = rule_words.names_of([document for _, document in listed])
        for rule, document in listed:
            rule.said = Truncator(rule_words.paragraph(document, known)).chars(_SHOWN_CHARACTERS)
        return found

    @display(description="In words")
    def said(self, rule: ValidationRule) -> str:
        return rule.said  # type: ignore[attr-defined, no-any-return]

    @display(description="Used by")
    def used(self, rule: ValidationRule) -> str:
        number = rule.assignments_count  # type: ignore[attr-defined]
        return words.count(number, "object") if number else "nothing yet"

    @display(description="What customers read")
    def message_shown(self, rule: ValidationRule) -> str:
        return str((rule.error or {}).get("message") or words.NOTHING)

    @display(description="Conditions")
    def conditions_shown(self, rule: ValidationRule) -> str:
        return conditions.rule_in_words(rule)

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            ("Basics", {"fields": ("name", "message", "assign_to")}),
            ("Conditions", {"fields": ("document",)}),
        )

    def facts(self, request: HttpRequest, obj: ValidationRule) -> list[Fact]:
        return [
            Fact(title="Used by", value=self.used(obj)),
            Fact(title="Last change", value=words.when(obj.updated_at or obj.created_at)),
        ]

    def panels(self, request: HttpRequest, obj: ValidationRule) -> list[Panel]:
        found = selectors.present_assignments().filter(rule=obj)
        related = ("voucher", "campaign", "promotion_tier")
        return [
            Panel(
                key="used",
                title="Used by",
                headers=("What", "Name", "Since"),
                rows=[
                    _used_row(row)
                    for row in found.select_related(*related).order_by("-created_at", "-pk")[: SHOWN_ROWS * 5]
                ],
                empty="Nothing has these conditions yet. Choose them on a campaign, code or tier.",
            ),
            *self.version_panels(request, obj),
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        related = conditions.named(request, request.GET.get("assign_to", ""))
        if related is None:
            return {}
        return {
            "assign_to": f"{name_of(related)}:{related.pk}",
            "name": f"Conditions of {getattr(related, 'name', None) or related}",
        }

    def save_model(self, request: HttpRequest, obj: ValidationRule, form: Any, change: bool) -> None:
        actor, now = staff_actor(request), timezone.now()
        if change:
            values = form.values()
            if self.postponed(request, form, "validation_rules.update", rule_id=obj.pk, values=values):
                return
            saved = validation_rules.update(rule_id=obj.pk, values=values, actor=actor, now=now)
            adopt(obj, saved)
            return
        values = {"name": form.cleaned_data["name"], **form.values()}
        saved = validation_rules.create(values=values, actor=actor, now=now)
        related = conditions.named(request, form.cleaned_data["assign_to"])
        if related is not None:
            try:
                rule_assignments.create(rule=saved, related=related, force=True, actor=actor, now=now)
            except ApprovalRequired as waits:
                # The conditions stay, or the request would be about some that are gone.
                tell_refusal(self, request, waits)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: ValidationRule) -> None:
        validation_rules.delete(rule_id=obj.pk, actor=staff_actor(request), now=timezone.now())

    def response_add(
        self, request: HttpRequest, obj: ValidationRule, post_url_continue: Any = None
    ) -> HttpResponse:
        """Back to what the conditions were made for."""
        related = conditions.named(request, request.POST.get("assign_to", ""))
        if related is None or "_continue" in request.POST or "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, f"{related} has the conditions “{obj.name}”.", messages.SUCCESS)
        return HttpResponseRedirect(conditions.page_of(related))

    # What the scripts of forms ask ------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"promotions_validationrule_{name}")
            for name, view in (
                ("look_up", self.look_up),
                ("in_words", self.in_words_view),
                ("test", self.test_view),
            )
        ]
        return [*own, *super().get_urls()]

    def look_up(self, request: HttpRequest) -> JsonResponse:
        """What pickers offer for a part of a name; only kinds that the person may see."""
        self._refuse_strangers(request)
        return pickers.PICKERS.answer(request)

    def in_words_view(self, request: HttpRequest) -> JsonResponse:
        """The document of the page in words, and how much of it is missing. Nothing is written."""
        self._refuse_strangers(request)
        try:
            document = documents.read(request.POST.get("document", ""))
        except ValueError:
            return JsonResponse({"lines": [], "mistakes": 1})
        found = documents.mistakes(document)
        lines = [] if found else documents.in_words(document)
        return JsonResponse({"lines": lines, "mistakes": len(found)})

    def test_view(self, request: HttpRequest) -> JsonResponse:
        """Whether the document of the page holds for a customer and a basket, and why. Nothing is written."""
        self._refuse_strangers(request)
        try:
            document = documents.read(request.POST.get("document", ""))
        except ValueError:
            return JsonResponse({"refusal": "The conditions cannot be read. Reload the page and try again."})
        if documents.mistakes(document):
            return JsonResponse({"refusal": "Some rows are not complete yet: complete them first."})
        try:
            asked = question.read(request.POST.get("question", ""))
            found = trial.answer(document, asked, actor=staff_actor(request), now=timezone.now())
        except ValidationError as error:
            return JsonResponse({"refusal": " ".join(error.messages)})
        except DomainError as error:
            return JsonResponse({"refusal": sentence(error)})
        return JsonResponse(found)

    def _refuse_strangers(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


def _used_row(assignment: ValidationRuleAssignment) -> tuple[str, str, str]:
    kind = ValidationRuleAssignment.RelatedObject(assignment.related_object_type)
    link: Any = _KINDS[kind]
    return str(kind.label), link(getattr(assignment, kind.value)), words.day(assignment.created_at)
