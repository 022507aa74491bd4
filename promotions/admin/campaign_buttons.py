"""The buttons of campaigns: launch, submit, pause, resume, codes, tiers, delete. Each asks first, by POST."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import words
from core.admin.base import htmx_redirect, reported, staff_actor, tell_refusal
from core.admin.dialogs import Done
from core.errors import DomainError
from promotions.admin import code_preview
from promotions.admin.clone_buttons import CampaignCloneButtons
from promotions.admin.code_preview import added_config
from promotions.admin.forms.campaigns import AddCodesForm
from promotions.admin.report_button import CampaignFileButtons
from promotions.admin.seeing_buttons import SeeingButtons
from promotions.admin.wizard.buttons import WizardButtons
from promotions.models import Campaign, Lifecycle
from promotions.selectors import generation, launching
from promotions.services import campaigns, code_batches
from promotions.services.drafts import AT_ONCE
from promotions.services.vouchers import VoucherSpec
from promotions.words import SCHEDULED, campaign_state


class CampaignButtons(WizardButtons, CampaignCloneButtons, CampaignFileButtons, SeeingButtons):
    """The services decide again."""

    actions = ("enable_chosen", "disable_chosen")
    actions_detail: Any = (
        "launch",
        "submit",
        "add_tier",
        "edit_in_steps",
        "enable",
        "disable",
        {
            "title": "Codes",
            "icon": "confirmation_number",
            "items": ("publish", "add_codes", "cancel_codes", "import_codes"),
        },
        {"title": "See", "icon": "visibility", "items": ("calendar", "performance", "report")},
        {"title": "More", "icon": "more_horiz", "items": ("clone", "keep", "vary", "to_bin")},
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only those that mean something for this campaign now."""
        campaign = Campaign.objects.filter(pk=object_id).first()
        if campaign is None or campaign.deleted_at is not None:
            return []
        useful = {
            f"promotions_campaign_{name}"
            for name in (
                *_useful(campaign, request),
                *self.makes_of(campaign),
                "edit_in_steps",
                *self.seen_by(campaign),
                *self.files_of(campaign),
                "to_bin",
            )
        }
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if button.action_name in useful]

    def has_bin_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "delete")

    @admin.action(description="Resume the chosen campaigns", permissions=["change"])
    def enable_chosen(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        self._switch(request, queryset, True)

    @admin.action(description="Pause the chosen campaigns", permissions=["change"])
    def disable_chosen(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        self._switch(request, queryset, False)

    @action(
        description="Launch",
        icon="rocket_launch",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog={
            "title": "Launch this campaign?",
            "description": "Its codes are made now. Within its dates they, or its tiers, can be redeemed.",
            "form_submit_text": "Launch",
        },
    )
    def launch(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._launch(request, object_id)

    @action(
        description="Submit for review",
        icon="send",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog={
            "title": "Submit this campaign for review?",
            "description": (
                "Whoever has to say yes is asked. Until then nobody gets anything of it; with the last yes "
                "it is launched as it is now. If you change it meanwhile, submit it again."
            ),
            "form_submit_text": "Submit",
        },
    )
    def submit(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._launch(request, object_id)

    @action(
        description="Add codes",
        icon="add_circle",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog={
            "title": "Add codes",
            "description": f"Up to {AT_ONCE} are there at once, more within minutes.",
            "form_class": AddCodesForm,
            "form_submit_text": "Add codes",
        },
    )
    def add_codes(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        given = form.cleaned_data

        def do(campaign: Campaign) -> str:
            config = added_config(campaign, given["pattern"], given["charset"])
            campaigns.add_codes(
                campaign=campaign,
                count=given["count"],
                spec=VoucherSpec(code_config=config),
                actor=staff_actor(request),
                now=timezone.now(),
            )
            made = words.count(given["count"], "code")
            is_quick = given["count"] <= AT_ONCE
            return f"{made} added." if is_quick else f"{made} are being made. You need not wait here."

        return self.confirmed(request, object_id, do)

    @action(
        description="Stop making codes",
        icon="cancel",
        permissions=["change"],
        dialog={
            "title": "Stop making codes?",
            "description": "It stops within seconds. What is there by then stays; you can add more later.",
            "form_submit_text": "Stop",
        },
    )
    def cancel_codes(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(campaign: Campaign) -> str:
            made = code_batches.cancel(campaign=campaign, actor=staff_actor(request), now=timezone.now())
            return f"Stopped. {words.count(made, 'code')} of them were made, and stay."

        return self.confirmed(request, object_id, do)

    def get_urls(self) -> list[URLPattern]:
        preview = path(
            "code-preview/",
            self.admin_site.admin_view(self.code_preview_view),
            name="promotions_campaign_code_preview",
        )
        return [preview, *super().get_urls()]

    def code_preview_view(self, request: HttpRequest) -> HttpResponse:
        """Examples of codes for what is in a form; nothing is kept."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        key = request.GET.get("campaign", "")
        campaign = self.found(request, key) if key else None
        return code_preview.answer(request, campaign)

    @action(
        description="Add a tier", icon="add_circle", variant=ActionVariant.PRIMARY, permissions=["change"]
    )
    def add_tier(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link to the form: nothing is changed here."""
        return HttpResponseRedirect(f"{reverse('admin:promotions_promotiontier_add')}?campaign={object_id}")

    @action(
        description="Resume",
        icon="play_circle",
        permissions=["change"],
        dialog={
            "title": "Resume this campaign?",
            "description": "Within its dates its codes and tiers can be redeemed at once.",
            "form_submit_text": "Resume",
        },
    )
    def enable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self.confirmed(request, object_id, lambda campaign: self._undoable(request, campaign, True))

    @action(
        description="Pause",
        icon="pause_circle",
        permissions=["change"],
        dialog={
            "title": "Pause this campaign?",
            "description": "None of its codes and tiers can be redeemed until it is resumed.",
            "form_submit_text": "Pause",
        },
    )
    def disable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self.confirmed(request, object_id, lambda campaign: self._undoable(request, campaign, False))

    @action(
        description="Delete",
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["bin"],
        dialog={
            "title": "Delete this campaign with all its codes?",
            "description": (
                "It goes into the bin: nothing of it can be redeemed any more. Its name and codes stay "
                "taken, past redemptions stay readable."
            ),
            "form_submit_text": "Delete",
        },
    )
    def to_bin(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(campaign: Campaign) -> str:
            campaigns.delete(
                campaign_id=campaign.pk, force=False, actor=staff_actor(request), now=timezone.now()
            )
            return f"{campaign} is in the bin."

        return self.confirmed(request, object_id, do, leaves=True)

    def _launch(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = self.found(request, object_id)
        now = timezone.now()
        try:
            launched = campaigns.launch(campaign_id=campaign.pk, actor=staff_actor(request), now=now)
        except DomainError as refusal:
            refusal.settle()
            if refusal.location:
                self.message_user(request, f"{campaign} is submitted for review.", messages.SUCCESS)
            else:
                tell_refusal(self, request, refusal, about=campaign)
        else:
            is_early = campaign_state(launched, now) == SCHEDULED
            begins = f" and begins on {words.day(launched.starts_at)}" if is_early else ""
            self.message_user(request, f"{campaign} is launched{begins}.", messages.SUCCESS)
        return htmx_redirect(self.url_of(campaign))

    def _switch(self, request: HttpRequest, queryset: QuerySet[Campaign], is_active: bool) -> None:
        for campaign in queryset:
            with reported(self, request, campaign):
                self.message_user(request, self._set(request, campaign, is_active), messages.SUCCESS)

    def _undoable(self, request: HttpRequest, campaign: Campaign, is_active: bool) -> Done:
        said = self._set(request, campaign, is_active)
        return Done(said=said, undo=self.button("disable" if is_active else "enable", campaign))

    def _set(self, request: HttpRequest, campaign: Campaign, is_active: bool) -> str:
        campaigns.set_active(
            campaign_id=campaign.pk, is_active=is_active, actor=staff_actor(request), now=timezone.now()
        )
        return f"{campaign} is {'resumed' if is_active else 'paused'}."


def _useful(campaign: Campaign, request: HttpRequest) -> list[str]:
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        more = ["add_tier"]
    elif campaign.generation_status == Campaign.GenerationStatus.IN_PROGRESS:
        more = ["cancel_codes"] if generation.running(campaign) else []
    else:
        more = [] if campaign.is_draft or campaign.type == Campaign.Type.STANDALONE else ["add_codes"]
    if campaign.is_draft:
        return [*ways_to_launch(campaign, request), *more]
    if campaign.lifecycle == Lifecycle.PAUSED:
        return ["enable", *more]
    is_over = campaign.by_clock(timezone.now()) == Lifecycle.ENDED
    return more if is_over else ["disable", *more]


def ways_to_launch(campaign: Campaign, request: HttpRequest) -> list[str]:
    """By oneself, or by asking others. Who asked already asks again only after a change."""
    now = timezone.now()
    if not launching.asked(campaign, staff_actor(request), now):
        return ["launch"]
    found = launching.asking(campaign, now)
    return ["submit"] if found is None or found.is_outdated else []
