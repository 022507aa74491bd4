"""Rewards in programmes, with their prices. They stand on the page of the programme."""

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
from core.admin.dialogs import DialogsMixin, Done
from core.admin.pages import Fact, PageAdmin
from loyalty import programme_words
from loyalty.admin import rows
from loyalty.admin.forms.rewards import AssignmentForm, NewAssignmentForm
from loyalty.services import new_rewards
from promotions.admin.forms.rewards import CONDITIONS, REWARD_FIELDS
from promotions.admin.in_places import InPlacesMixin
from promotions.admin.rows import rule_link
from promotions.models import RewardAssignment
from promotions.services import reward_assignments
from promotions.services.reward_assignments import AssignmentSpec
from promotions.services.rewards import RewardSpec

_OF_NEW = "!reward_known"


@admin.register(RewardAssignment)
class RewardAssignmentAdmin(InPlacesMixin, DialogsMixin, PageAdmin):
    class Media:
        css: ClassVar = {"all": ("loyalty/loyalty.css",)}

    resource = "campaigns"
    form = AssignmentForm
    conditional_fields: ClassVar = {
        **{name: f"{_OF_NEW} && ({wanted})" for name, wanted in CONDITIONS.items()},
        "gives": _OF_NEW,
        "name": _OF_NEW,
        "points": "typeof gives === 'undefined' || reward_known || gives != 'coin'",
    }
    in_words: ClassVar = {**PageAdmin.in_words, "conditions": "only_if"}
    empty_hint = "A reward with its price in a programme. Add it on the page of the programme."
    list_display = ("reward_name", "of_programme", "price", "stock_said", "auto_redeem")
    list_filter = (("campaign", AutocompleteSelectFilter),)
    search_fields = ("reward__name", "public_id__exact")
    search_help_text = "A part of the reward's name."
    ordering = ("campaign__name", "points", "pk")
    readonly_fields = ("of_programme", "of_reward", "gets", "only_if")
    actions_detail: Any = ("unblock", "take_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RewardAssignment]:
        found = super().get_queryset(request).filter(deleted_at=None, campaign__deleted_at=None)
        related = ("reward", "reward__campaign", "reward__product", "reward__sku", "campaign", "rule")
        return found.select_related(*related)

    def title(self, obj: RewardAssignment) -> str:
        return f"{obj.reward.name} in {obj.campaign.name}"

    def called(self, row: RewardAssignment) -> str:
        return self.title(row)

    @display(description="Reward", ordering="reward__name")
    def reward_name(self, row: RewardAssignment) -> str:
        return row.reward.name

    @display(description="Reward")
    def of_reward(self, row: RewardAssignment) -> str:
        return rows.reward_link(row.reward)

    @display(description="Members get")
    def gets(self, row: RewardAssignment) -> str:
        return programme_words.reward(row.reward)

    @display(description="Programme", ordering="campaign__name")
    def of_programme(self, row: RewardAssignment) -> str:
        return rows.programme_link(row.campaign)

    @display(description="Price", ordering="points")
    def price(self, row: RewardAssignment) -> str:
        return programme_words.price(row)

    @display(description="Stock")
    def stock_said(self, row: RewardAssignment) -> str:
        return programme_words.stock(row)

    @display(description="Only if")
    def only_if(self, row: RewardAssignment) -> str:
        return rule_link(row.rule) if row.rule else "Always"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = AssignmentForm if obj else NewAssignmentForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def sections(self, request: HttpRequest, obj: RewardAssignment | None = None) -> Any:
        limits = ("limit_per_card", "stock")
        if obj is None:
            return (
                ("Reward", {"fields": ("campaign", "reward_known", *REWARD_FIELDS)}),
                ("Price", {"fields": ("points", "auto_redeem")}),
                ("Who gets it, and how many", {"fields": ("conditions", *limits)}),
            )
        price = ("points", "auto_redeem") if obj.points is not None else ()
        return (
            ("Reward", {"fields": ("of_programme", "of_reward", "gets")}),
            *([("Price", {"fields": price})] if price else []),
            ("Who gets it, and how many", {"fields": ("conditions", *limits)}),
        )

    def lead(self, request: HttpRequest, obj: RewardAssignment) -> str:
        said = f"{obj.reward.name} in {obj.campaign.name}. {programme_words.reward(obj.reward)}."
        if not obj.is_blocked:
            return said
        return (
            f"{said} It is blocked: members got more of it by themselves than one day should bring. Look at "
            "its price, then unlock it."
        )

    def facts(self, request: HttpRequest, obj: RewardAssignment) -> list[Fact]:
        return [
            Fact(title="Price", value=programme_words.price(obj)),
            Fact(title="Given", value=words.number(obj.redeemed), note=programme_words.stock(obj)),
        ]

    def save_model(self, request: HttpRequest, obj: RewardAssignment, form: Any, change: bool) -> None:
        given: dict[str, Any] = {"actor": staff_actor(request), "now": timezone.now()}
        spec = AssignmentSpec(values=form.values())
        if change:
            adopt(obj, reward_assignments.update(assignment_id=obj.pk, spec=spec, **given))
            return
        known = form.cleaned_data["reward_known"]
        campaign = form.cleaned_data["campaign"]
        if known is not None:
            saved = reward_assignments.create(reward_id=known.pk, campaign_id=campaign.pk, spec=spec, **given)
        else:
            values = {"name": form.cleaned_data["name"], **form.reward_values()}
            reward = RewardSpec(type=form.reward_type(), values=values)
            saved = new_rewards.offer(campaign_id=campaign.pk, reward=reward, spec=spec, **given)
        adopt(obj, saved)

    def response_add(self, request: HttpRequest, obj: RewardAssignment, *args: Any) -> HttpResponse:
        return self._back(request, obj, "is offered now")

    def response_change(self, request: HttpRequest, obj: RewardAssignment) -> HttpResponse:
        return self._back(request, obj, "is changed")

    def _back(self, request: HttpRequest, obj: RewardAssignment, verb: str) -> HttpResponse:
        """To the programme: there all of them stand together."""
        self.message_user(request, f"{obj.reward.name} {verb}.")
        return HttpResponseRedirect(_rewards_of(obj))

    # Buttons ----------------------------------------------------------------------------------------------
    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        row = RewardAssignment.objects.filter(pk=object_id, deleted_at=None).first()
        if row is None:
            return []
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if row.is_blocked or not button.action_name.endswith("_unblock")]

    @action(
        description="Unlock",
        icon="lock_open",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog={
            "title": "Unlock this reward?",
            "description": (
                "It redeems itself again for every member who can pay it. Make sure first that its price is "
                "what you meant."
            ),
            "form_submit_text": "Unlock",
        },
    )
    def unblock(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: RewardAssignment) -> Done:
            reward_assignments.unblock(assignment_id=row.pk, actor=staff_actor(request), now=timezone.now())
            return Done(said=f"{row.reward.name} redeems itself again.", url=_rewards_of(row))

        return self.confirmed(request, object_id, do)

    @action(
        description="Take out of the programme",
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["change"],
        dialog={
            "title": "Take this reward out of the programme?",
            "description": "Nobody gets it for points any more. What members got stays theirs.",
            "form_submit_text": "Take out",
        },
    )
    def take_out(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: RewardAssignment) -> Done:
            reward_assignments.delete(assignment_id=row.pk, actor=staff_actor(request), now=timezone.now())
            return Done(said=f"{row.reward.name} is taken out.", url=_rewards_of(row))

        return self.confirmed(request, object_id, do)


def _rewards_of(row: RewardAssignment) -> str:
    return f"{rows.programme_url(row.campaign_id)}#rewards"
