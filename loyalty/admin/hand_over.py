"""Rewards that members got; products wait here for somebody who hands them over."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from commerce.admin.rows import customer_link
from core import words
from core.admin.base import reported, staff_actor, staff_allows
from core.admin.dialogs import DialogsMixin, Done
from core.admin.pages import ReadOnlyPageAdmin
from loyalty import programme_words
from loyalty.admin import member_panels, rows
from loyalty.models import RewardRedemption
from loyalty.services import reward_redemptions
from promotions.admin.rows import redemption_url

_COLOURS = {"To be handed over": "warning", "Done": "success", "Taken back": ""}
MOST_AT_ONCE = 500


@admin.register(RewardRedemption)
class RewardRedemptionAdmin(DialogsMixin, ReadOnlyPageAdmin):
    resource = "redemptions"
    empty_hint = "What members get for points stands here; products wait here to be handed over."
    list_display = ("when", "reward_name", "customer", "member", "points_paid", "got", "state_said")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("reward", AutocompleteSelectFilter),
        ("card__campaign", AutocompleteSelectFilter),
    )
    search_fields = ("card__voucher__code_key__startswith", "reward__name")
    search_help_text = "The beginning of a card's code, or a part of the reward's name."
    ordering = ("-redemption",)
    fields = ("when", "reward_name", "customer", "member", "points_paid", "priced_for", "got", "state_said")
    readonly_fields = fields
    actions = ("hand_over_chosen",)
    actions_detail: Any = ("hand_over", "see_redemption")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RewardRedemption]:
        related = ("reward", "card__voucher__holder", "voucher", "tier", "redemption__order")
        return super().get_queryset(request).select_related(*related)

    def title(self, obj: RewardRedemption) -> str:
        return f"{obj.reward.name} for {obj.card.voucher.code}"

    def called(self, row: RewardRedemption) -> str:
        return self.title(row)

    @display(description="When", ordering="created_at")
    def when(self, row: RewardRedemption) -> str:
        return words.when(row.created_at)

    @display(description="Reward", ordering="reward__name")
    def reward_name(self, row: RewardRedemption) -> str:
        return row.reward.name

    @display(description="Customer")
    def customer(self, row: RewardRedemption) -> str:
        return customer_link(row.card.voucher.holder)

    @display(description="Card")
    def member(self, row: RewardRedemption) -> str:
        return rows.member_link(row.card)

    @display(description="Points", ordering="points")
    def points_paid(self, row: RewardRedemption) -> str:
        automatic = " (by itself)" if row.is_automatic else ""
        return f"{words.number(row.points)}{automatic}"

    @display(description="Priced for")
    def priced_for(self, row: RewardRedemption) -> str:
        return rows.tier_link(row.tier) if row.tier else "Everybody"

    @display(description="Got")
    def got(self, row: RewardRedemption) -> str:
        return member_panels.got(row)

    @display(description="State", label=_COLOURS)
    def state_said(self, row: RewardRedemption) -> str:
        return row.get_state_display()

    def lead(self, request: HttpRequest, obj: RewardRedemption) -> str:
        said = f"{obj.reward.name} for {programme_words.points(obj.points)}."
        if obj.state == RewardRedemption.State.PENDING:
            return f"{said} It waits for somebody who hands it over."
        return said

    # Buttons ----------------------------------------------------------------------------------------------
    def has_hand_over_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, reward_redemptions.PERMISSION)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        waiting = RewardRedemption.objects.filter(pk=object_id, state=RewardRedemption.State.PENDING)
        found = super().get_actions_detail(request, object_id)
        if waiting.exists():
            return found
        return [button for button in found if not button.action_name.endswith("_hand_over")]

    @admin.action(description="Was handed over", permissions=["hand_over"])
    def hand_over_chosen(self, request: HttpRequest, queryset: QuerySet[RewardRedemption]) -> None:
        done = 0
        for row in queryset.filter(state=RewardRedemption.State.PENDING)[:MOST_AT_ONCE]:
            with reported(self, request, self.called(row)):
                self._complete(request, row)
                done += 1
        self.message_user(request, f"{words.count(done, 'reward')} handed over.", messages.SUCCESS)

    @action(
        description="Was handed over",
        icon="volunteer_activism",
        variant=ActionVariant.PRIMARY,
        permissions=["hand_over"],
        dialog={
            "title": "Was this reward handed over?",
            "description": "The member has it, or it is on its way.",
            "form_submit_text": "It was handed over",
        },
    )
    def hand_over(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: RewardRedemption) -> Done:
            self._complete(request, row)
            return Done(said=f"{row.reward.name} is handed over.", url=self.list_url())

        return self.confirmed(request, object_id, do)

    @action(description="See the redemption", icon="receipt_long", permissions=["view"])
    def see_redemption(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link; there it is taken back as well."""
        return HttpResponseRedirect(redemption_url(self.found(request, object_id).redemption))

    def _complete(self, request: HttpRequest, row: RewardRedemption) -> None:
        reward_redemptions.complete(
            redemption_id=row.redemption_id, actor=staff_actor(request), now=timezone.now()
        )
