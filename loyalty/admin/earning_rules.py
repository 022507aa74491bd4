from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import words
from core.admin.base import adopt, staff_actor
from core.admin.dialogs import Done, EnablingMixin
from core.admin.pages import Fact, PageAdmin
from loyalty import programme_words
from loyalty.admin import programme_panels, rows
from loyalty.admin.forms.earning_rules import CONDITIONS, SECTIONS, EarningRuleForm
from loyalty.models import EarningRule
from loyalty.selectors import overview
from loyalty.services import earning_rules
from loyalty.services.earning_rules import EarningRuleSpec
from promotions.admin.in_places import InPlacesMixin


@admin.register(EarningRule)
class EarningRuleAdmin(InPlacesMixin, EnablingMixin, PageAdmin):
    """For what a programme gives points. They stand on the programme's page, and are changed here."""

    class Media:
        css: ClassVar = {"all": ("loyalty/loyalty.css",)}

    resource = "campaigns"
    form = EarningRuleForm
    conditional_fields = CONDITIONS
    empty_hint = "An earning rule says for what a programme gives points. Add it on the programme's page."
    list_display = ("what", "of_programme", "gives", "state", "used")
    list_filter = (("campaign", AutocompleteSelectFilter),)
    list_select_related = ("campaign", "segment", "validation_rule")
    search_fields = ("banner", "event", "public_id__exact")
    search_help_text = "A part of what customers read, or of the event."
    ordering = ("campaign__name", "pk")
    readonly_fields = ("of_programme", "what", "gives", "rest")
    actions_detail: Any = ("enable", "disable", "put_away_action")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EarningRule]:
        found = super().get_queryset(request).filter(deleted_at=None, campaign__deleted_at=None)
        return found.select_related("campaign", "segment", "validation_rule")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """What the sentences of the page name is looked up together."""
        found = super().get_changelist_instance(request)
        names = programme_panels.names_of(found.result_list)
        given = overview.given_by(found.result_list)
        for row in found.result_list:
            row.names, row.given = names, given.get(row.pk, 0)
        return found

    def called(self, row: EarningRule) -> str:
        return self.title(row)

    def title(self, obj: EarningRule) -> str:
        return obj.banner or programme_words.trigger(obj, _names(obj))

    @display(description="For what")
    def what(self, rule: EarningRule) -> str:
        return programme_words.trigger(rule, _names(rule))

    @display(description="Programme", ordering="campaign__name")
    def of_programme(self, rule: EarningRule) -> str:
        return rows.programme_link(rule.campaign)

    @display(description="Points")
    def gives(self, rule: EarningRule) -> str:
        return programme_words.ratio(rule.loyalty, _names(rule))

    @display(description="State", label={"On": "success", "Off": ""})
    def state(self, rule: EarningRule) -> str:
        return "On" if rule.is_active else "Off"

    @display(description="Gave points")
    def used(self, rule: Any) -> str:
        return words.count(rule.given, "time")

    @display(description="Besides")
    def rest(self, rule: EarningRule) -> str:
        return ". ".join(programme_words.more(rule)) or words.NOTHING

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return dict(super().get_changeform_initial_data(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return ("of_programme",) if self.has_change_permission(request, obj) else self.readonly_fields

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return SECTIONS
        if not self.has_change_permission(request, obj):
            return (("Earning rule", {"fields": self.readonly_fields}),)
        first, *others = SECTIONS
        fields = ("of_programme", *first[1]["fields"][1:])
        return ((first[0], {"fields": fields}), *others)

    def lead(self, request: HttpRequest, obj: EarningRule) -> str:
        names = _names(obj)
        said = f"{programme_words.trigger(obj, names)}: {programme_words.ratio(obj.loyalty, names)}"
        return ". ".join([said, *programme_words.more(obj)]) + "."

    def facts(self, request: HttpRequest, obj: EarningRule) -> list[Fact]:
        return [
            Fact(title="State", value="On" if obj.is_active else "Off"),
            Fact(
                title="Gave points",
                value=words.count(overview.given_by([obj]).get(obj.pk, 0), "time"),
            ),
        ]

    def save_model(self, request: HttpRequest, obj: EarningRule, form: Any, change: bool) -> None:
        spec = EarningRuleSpec(values=form.values())
        given: dict[str, Any] = {"actor": staff_actor(request), "now": timezone.now()}
        if change:
            saved = earning_rules.update(earning_rule_id=obj.pk, spec=spec, **given)
        else:
            campaign = form.cleaned_data["campaign"]
            (saved,) = earning_rules.create(campaign_id=campaign.pk, specs=(spec,), **given)
        adopt(obj, saved)

    def response_add(self, request: HttpRequest, obj: EarningRule, *args: Any) -> HttpResponse:
        return self._back(request, obj, "is added")

    def response_change(self, request: HttpRequest, obj: EarningRule) -> HttpResponse:
        return self._back(request, obj, "is changed")

    def _back(self, request: HttpRequest, obj: EarningRule, verb: str) -> HttpResponse:
        """To the programme: there all of them stand together."""
        self.message_user(request, f"The earning rule {verb}.")
        return HttpResponseRedirect(f"{rows.programme_url(obj.campaign_id)}#rules")

    # Buttons ----------------------------------------------------------------------------------------------
    @action(
        description="Switch on",
        icon="play_circle",
        permissions=["change"],
        dialog={
            "title": "Switch this earning rule on?",
            "description": "From now on it gives points. What happened before stays as it is.",
            "form_submit_text": "Switch on",
        },
    )
    def enable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switched(request, object_id, True)

    @action(
        description="Switch off",
        icon="pause_circle",
        permissions=["change"],
        dialog={
            "title": "Switch this earning rule off?",
            "description": "It gives nothing until it is switched on again. Points that it gave stay.",
            "form_submit_text": "Switch off",
        },
    )
    def disable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switched(request, object_id, False)

    @action(
        description="Delete",
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["change"],
        dialog={
            "title": "Delete this earning rule?",
            "description": "It gives nothing any more. Points that it gave stay, and so does their story.",
            "form_submit_text": "Delete",
        },
    )
    def put_away_action(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(rule: EarningRule) -> Done:
            earning_rules.delete(earning_rule_id=rule.pk, actor=staff_actor(request), now=timezone.now())
            return Done(said="The earning rule is deleted.", url=_rules_of(rule))

        return self.confirmed(request, object_id, do)

    def _switched(self, request: HttpRequest, object_id: str, is_active: bool) -> HttpResponse:
        def do(rule: EarningRule) -> Done:
            earning_rules.set_active(
                earning_rule_id=rule.pk,
                is_active=is_active,
                actor=staff_actor(request),
                now=timezone.now(),
            )
            return Done(
                said=f"The earning rule is switched {'on' if is_active else 'off'}.",
                url=_rules_of(rule),
                undo=self.button("disable" if is_active else "enable", rule),
            )

        return self.confirmed(request, object_id, do)


def _rules_of(rule: EarningRule) -> str:
    return f"{rows.programme_url(rule.campaign_id)}#rules"


def _names(rule: Any) -> dict[str, str]:
    """With the other rows of its list, or alone."""
    if not hasattr(rule, "names"):
        rule.names = programme_panels.names_of([rule])
    found: dict[str, str] = rule.names
    return found
