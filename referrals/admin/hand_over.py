"""Rewards of recommendations; products wait here for somebody who hands them over."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from commerce.admin.rows import customer_link, customer_name
from core import words
from core.admin.base import reported, staff_actor, staff_allows
from core.admin.dialogs import DialogsMixin, Done
from core.admin.pages import ReadOnlyPageAdmin
from promotions.admin.in_places import InPlacesMixin
from promotions.admin.rows import campaign_link
from referrals.admin import review_rows
from referrals.models import ReferralReward
from referrals.services import rewarding

MOST_AT_ONCE: Final = 500
# Who hands out what members of loyalty programmes get.
PERMISSION: Final = "redemptions.redeem"
_WAITS: Final = ReferralReward.State.TO_HAND_OVER


@admin.register(ReferralReward)
class ReferralRewardAdmin(DialogsMixin, InPlacesMixin, ReadOnlyPageAdmin):
    class Media:
        css: ClassVar = {"all": ("referrals/reviews.css",)}

    resource = "referrals"
    empty_hint = "What recommendations bring stands here; products wait here to be handed over."
    list_display = ("customer_said", "reward_name", "programme", "due", "got", "state_said")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("campaign", AutocompleteSelectFilter),
        ("customer", AutocompleteSelectFilter),
    )
    search_fields = ("public_id__exact", "customer__source_id__exact", "customer__name__istartswith")
    search_help_text = "A customer's id in the shop, or the beginning of a name."
    ordering = ("-pk",)
    fields = ("customer_link", "reward_name", "programme", "referral_said", "due", "paid", "got", "note")
    readonly_fields = fields
    actions = ("hand_over_chosen",)
    actions_detail: Any = ("hand_over", "see_referral")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReferralReward]:
        related = ("customer", "reward", "campaign", "voucher", "tier", "referral__referee")
        return super().get_queryset(request).select_related(*related, "referral__referrer")

    def title(self, obj: ReferralReward) -> str:
        return f"{review_rows.given(obj)} for {customer_name(obj.customer)}"

    def called(self, row: ReferralReward) -> str:
        return self.title(row)

    def lead(self, request: HttpRequest, obj: ReferralReward) -> str:
        return "It waits for somebody who hands it over." if obj.state == _WAITS else ""

    @display(description="Customer")
    def customer_said(self, row: ReferralReward) -> str:
        return customer_name(row.customer)

    @display(description="Customer")
    def customer_link(self, row: ReferralReward) -> str:
        return customer_link(row.customer)

    @display(description="Reward")
    def reward_name(self, row: ReferralReward) -> str:
        return review_rows.given(row)

    @display(description="Programme")
    def programme(self, row: ReferralReward) -> str:
        return campaign_link(row.campaign)

    @display(description="Referral")
    def referral_said(self, row: ReferralReward) -> SafeString:
        return review_rows.review_link(row.referral, review_rows.title(row.referral))

    @display(description="Due", ordering="due_at")
    def due(self, row: ReferralReward) -> str:
        return words.when(row.due_at)

    @display(description="Given")
    def paid(self, row: ReferralReward) -> str:
        return words.when(row.paid_at)

    @display(description="Got")
    def got(self, row: ReferralReward) -> str:
        return review_rows.brought(row)

    @display(description="Note")
    def note(self, row: ReferralReward) -> str:
        return row.problem or words.NOTHING

    @display(description="State")
    def state_said(self, row: ReferralReward) -> SafeString:
        return review_rows.reward_label(row)

    # Buttons ----------------------------------------------------------------------------------------------
    def has_hand_over_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_his(obj) and staff_allows(request.user, PERMISSION)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        found = super().get_actions_detail(request, object_id)
        if ReferralReward.objects.filter(pk=object_id, state=_WAITS).exists():
            return found
        return [button for button in found if not button.action_name.endswith("_hand_over")]

    @admin.action(description="Was handed over", permissions=["hand_over"])
    def hand_over_chosen(self, request: HttpRequest, queryset: QuerySet[ReferralReward]) -> None:
        done = 0
        for row in queryset.filter(state=_WAITS)[:MOST_AT_ONCE]:
            with reported(self, request, self.called(row)):
                done += self._hand_over(request, row)
        self.message_user(request, f"{words.count(done, 'reward')} handed over.", messages.SUCCESS)

    @action(
        description="Was handed over",
        icon="volunteer_activism",
        variant=ActionVariant.PRIMARY,
        permissions=["hand_over"],
        dialog={
            "title": "Was this reward handed over?",
            "description": "The customer has it, or it is on its way.",
            "form_submit_text": "It was handed over",
        },
    )
    def hand_over(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: ReferralReward) -> Done:
            self._hand_over(request, row)
            return Done(said=f"{review_rows.given(row)} is handed over.", url=self.list_url())

        return self.confirmed(request, object_id, do)

    @action(description="See the referral", icon="group_add", permissions=["view"])
    def see_referral(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link: nothing is changed here."""
        row = self.found(request, object_id)
        return HttpResponseRedirect(review_rows.review_url(row.referral_id))

    def _hand_over(self, request: HttpRequest, row: ReferralReward) -> bool:
        return rewarding.hand_over(reward_id=row.pk, actor=staff_actor(request), now=timezone.now())
