from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from approvals import policy_words
from approvals.admin import policy_versions
from approvals.admin.policy_form import CONTENT, PolicyContentForm, PolicyForm, for_people
from approvals.models import Policy
from approvals.policies import PolicyContent
from approvals.selectors import policies as known
from approvals.selectors import staffing
from approvals.services import policies
from approvals.services.policies import PERMISSION, PolicySpec
from core import words
from core.admin.base import adopt, reported, staff_actor, staff_allows
from core.admin.dialogs import EnablingMixin
from core.admin.pages import PageAdmin, Panel
from core.errors import InvalidPayload

_INCOMPLETE: Final = "Some parts are not complete yet."
_STAYS: Final = "Nobody is asked because of it any more. Requests that were filed stay as they are."


@admin.register(Policy)
class PolicyAdmin(EnablingMixin, PageAdmin):
    """Who has to say yes to what. Everybody may read it; who configures approvals changes it."""

    class Media:
        css: ClassVar = {"all": ("approvals/policies.css",)}

    form = PolicyForm
    change_form_outer_before_template = "approvals/admin/policy_head.html"
    empty_hint = (
        "A policy says who has to say yes before a change reaches customers. Without any, whoever may do "
        "something does it alone."
    )
    in_words: ClassVar = {"operations": "in_full", **dict.fromkeys(CONTENT[1:], "")}
    list_display = ("place", "name_and_sentence", "state", "changed")
    list_display_links = ("name_and_sentence",)
    readonly_fields = ("in_full",)
    ordering = ("position", "pk")
    sortable_by = ()
    actions_detail = ("enable", "disable", "remove")

    # Rights: of approvals, not of the model's name ---------------------------------------------------------
    def _may(self, request: HttpRequest, verb: str) -> bool:
        return staff_allows(request.user, "approvals.read" if verb == "view" else PERMISSION)

    def has_configure_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    # List -------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        return super().get_queryset(request).filter(deleted_at=None)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Names, people and places of all rows are looked up together."""
        found = super().get_changelist_instance(request)
        names: policy_words.Known = {}
        sizes = staffing.sizes()
        rows = list(found.result_list)
        for at, row in enumerate(rows):
            content = PolicyContent.from_json(row.content)
            row.sentence = policy_words.sentence(content, names)
            row.trouble = staffing.short_of_people(content, sizes)
            row.is_first, row.is_last = at == 0, at == len(rows) - 1
            row.may_move = self.has_configure_permission(request)
        return found

    @display(description="Order")
    def place(self, policy: Any) -> SafeString:
        """Buttons of the list's own form: a place changes by POST, with its token."""
        if not policy.may_move:
            return format_html("{}", policy.position)
        return format_html(
            '<span class="policy-place">{} {}{}</span>',
            policy.position,
            _mover(policy, "earlier", "arrow_upward", is_useless=policy.is_first),
            _mover(policy, "later", "arrow_downward", is_useless=policy.is_last),
        )

    @display(description="Policy")
    def name_and_sentence(self, policy: Any) -> SafeString:
        return format_html(
            '<span class="policy-name">{}</span><span class="policy-listed">{}</span>',
            policy.name,
            policy.sentence,
        )

    @display(description="State")
    def state(self, policy: Any) -> SafeString:
        own = words.label("In force", "success") if policy.is_active else words.label("Out of force")
        if not policy.trouble:
            return own
        return format_html('{}<span class="policy-trouble">{}</span>', own, policy.trouble)

    @display(description="Changed")
    def changed(self, policy: Policy) -> str:
        return words.when(policy.updated_at or policy.created_at)

    # Page -------------------------------------------------------------------------------------------------
    def sections(self, request: HttpRequest, obj: Policy | None = None) -> Any:
        named = ("name", "description") if obj else ("name", "description", "is_active")
        return (
            (None, {"fields": named}),
            ("When somebody is asked", {"fields": ("operations", "roles", "conditions")}),
            ("Who has to say yes", {"fields": ("stages", "allows_emergency")}),
            ("In time", {"fields": ("due_hours", "remind_hours", "escalate_to")}),
        )

    @display(description="It says")
    def in_full(self, policy: Policy) -> str:
        return words.key_values(policy_words.said(policy.content))

    def panels(self, request: HttpRequest, obj: Policy) -> list[Panel]:
        return [policy_versions.panel(obj)]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        content = PolicyContent.from_json(obj.content) if obj is not None and obj.content else None
        context = {
            **context,
            "policy_in_words": _in_words(content),
            "policy_in_words_url": reverse("admin:approvals_policy_in_words"),
        }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        actor, now = staff_actor(request), timezone.now()
        try:
            spec = PolicySpec(
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                content=form.content(),
            )
            if change:
                saved = policies.update(policy_id=obj.pk, spec=spec, actor=actor, now=now)
            else:
                is_active = form.cleaned_data["is_active"]
                saved = policies.create(spec=spec, is_active=is_active, actor=actor, now=now)
        except InvalidPayload as refusal:
            refusal.details = for_people(refusal)
            raise
        adopt(obj, saved)
        for risk in staffing.risks(PolicyContent.from_json(saved.content)):
            self.message_user(request, risk, messages.WARNING)

    # Buttons ----------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("in-words/", view(self.in_words_view), name="approvals_policy_in_words"),
            path("<path:object_id>/earlier/", view(self.earlier_view), name="approvals_policy_earlier"),
            path("<path:object_id>/later/", view(self.later_view), name="approvals_policy_later"),
        ]
        return own + super().get_urls()

    def in_words_view(self, request: HttpRequest) -> HttpResponse:
        """What the form would say, while it is filled in: nothing is kept."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_configure_permission(request):
            raise PermissionDenied
        form = PolicyContentForm(request.POST)
        try:
            content = form.content() if form.is_valid() else None
        except InvalidPayload as refusal:
            return JsonResponse({"sentence": _INCOMPLETE, "more": for_people(refusal), "risks": []})
        return JsonResponse(_in_words(content))

    def earlier_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._moved(request, object_id, -1)

    def later_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._moved(request, object_id, 1)

    def _moved(self, request: HttpRequest, object_id: str, by: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_configure_permission(request):
            raise PermissionDenied
        policy = self.found(request, object_id)
        places = list(known.ordered().values_list("pk", flat=True))
        position = places.index(policy.pk) + 1 + by
        if 1 <= position <= len(places):
            with reported(self, request, policy):
                policies.move(
                    policy_id=policy.pk, position=position, actor=staff_actor(request), now=timezone.now()
                )
        return HttpResponseRedirect(self.list_url())

    @action(
        description="Put in force",
        icon="play_circle",
        permissions=["configure"],
        dialog={
            "title": "Put it in force?",
            "description": "From then on it is asked. Requests that were filed stay as they are.",
            "form_submit_text": "Put in force",
        },
    )
    def enable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switched(request, object_id, True)

    @action(
        description="Put out of force",
        icon="pause_circle",
        permissions=["configure"],
        dialog={
            "title": "Put it out of force?",
            "description": _STAYS,
            "form_submit_text": "Put out of force",
        },
    )
    def disable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switched(request, object_id, False)

    @action(
        description="Delete",
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["configure"],
        dialog={
            "title": "Delete the policy?",
            "description": _STAYS,
            "form_submit_text": "Delete",
        },
    )
    def remove(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(policy: Policy) -> str:
            policies.delete(policy_id=policy.pk, actor=staff_actor(request), now=timezone.now())
            return f"{policy} is deleted."

        return self.confirmed(request, object_id, do, leaves=True)

    def _switched(self, request: HttpRequest, object_id: str, is_active: bool) -> HttpResponse:
        def do(policy: Policy) -> str:
            policies.set_active(
                policy_id=policy.pk, is_active=is_active, actor=staff_actor(request), now=timezone.now()
            )
            return f"{policy} is {'in force' if is_active else 'out of force'}."

        return self.confirmed(request, object_id, do)


def _in_words(content: PolicyContent | None) -> dict[str, Any]:
    if content is None:
        return {"sentence": _INCOMPLETE, "more": "", "risks": []}
    return {
        "sentence": policy_words.sentence(content),
        "more": policy_words.in_time(content),
        "risks": staffing.risks(content),
    }


def _mover(policy: Policy, way: str, icon: str, *, is_useless: bool) -> SafeString:
    return format_html(
        '<button type="submit" class="policy-icon" formaction="{}" title="Ask {}" aria-label="Ask {} {}"{}>'
        '<span class="material-symbols-outlined" aria-hidden="true">{}</span></button>',
        reverse(f"admin:approvals_policy_{way}", args=[policy.pk]),
        way,
        policy.name,
        way,
        format_html(" {}", "disabled") if is_useless else "",
        icon,
    )
