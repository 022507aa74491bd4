"""The buttons of a programme: launch, pause, resume, give a code, add, clone, delete. Each asks first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core.admin.base import ModelAdmin, htmx_redirect, staff_actor, staff_allows, tell_refusal
from core.admin.dialogs import DialogsMixin, Done
from core.errors import DomainError
from promotions.admin.campaign_buttons import ways_to_launch
from promotions.admin.forms.clones import CloneForm
from promotions.models import Lifecycle
from promotions.services import campaigns, cloning, publications
from referrals.admin.forms.giving import GiveCodeForm
from referrals.models import ReferralProgramme


class ProgrammeButtons(DialogsMixin, ModelAdmin):
    """The services decide again."""

    actions_detail: Any = (
        "launch",
        "submit",
        "give_code",
        "add_reward",
        "resume",
        "pause",
        {"title": "More", "icon": "more_horiz", "items": ("calendar", "clone", "to_bin")},
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only those that mean something for this programme now."""
        programme = ReferralProgramme.objects.filter(pk=object_id, deleted_at=None).first()
        if programme is None:
            return []
        useful = {f"referrals_referralprogramme_{name}" for name in _useful(programme, request)}
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if button.action_name in useful]

    def has_bin_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "delete")

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, "vouchers.publish")

    def has_clone_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "create")

    @action(
        description="Launch",
        icon="rocket_launch",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog={
            "title": "Launch this programme?",
            "description": "Its first codes are made now. From then on customers who have one can recommend.",
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
            "title": "Submit this programme for review?",
            "description": (
                "Whoever has to say yes is asked. With the last yes it is launched as it is now. If you "
                "change it meanwhile, submit it again."
            ),
            "form_submit_text": "Submit",
        },
    )
    def submit(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._launch(request, object_id)

    @action(
        description="Give a code",
        icon="redeem",
        permissions=["publish"],
        dialog={
            "title": "Give a customer a code",
            "description": "With it the customer recommends your shop. Everybody has one code at most.",
            "form_class": GiveCodeForm,
            "form_submit_text": "Give the code",
        },
    )
    def give_code(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(programme: ReferralProgramme) -> str:
            given = publications.publish(
                spec=form.spec(programme), actor=staff_actor(request), now=timezone.now()
            )
            code = ", ".join(voucher.code for voucher in given.vouchers)
            return f"Has it already: {code}." if given.is_repeated else f"Given: {code}."

        return self.confirmed(request, object_id, do)

    @action(description="Add a reward", icon="redeem", permissions=["change"])
    def add_reward(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link to a form: nothing is changed here."""
        return HttpResponseRedirect(
            reverse("admin:referrals_referrertier_add", query={"campaign": object_id})
        )

    @action(
        description="Clone",
        icon="content_copy",
        permissions=["clone"],
        dialog={
            "title": "Clone this programme",
            "description": "A draft like it, with its rewards. Codes, referrers and referrals stay here.",
            "form_class": CloneForm,
            "form_submit_text": "Clone",
        },
    )
    def clone(self, request: HttpRequest, form: CloneForm, object_id: str) -> HttpResponse:
        def do(programme: ReferralProgramme) -> Done:
            made = cloning.campaign(
                campaign_id=programme.pk, spec=form.spec(), actor=staff_actor(request), now=timezone.now()
            )
            said = f"{made} is a draft. Change what is to be different, then launch it."
            return Done(said=said, url=self.url_of(made))

        return self.confirmed(request, object_id, do)

    @action(description="On the calendar", icon="calendar_month", permissions=["view"])
    def calendar(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:calendar", query={"q": self.found(request, object_id)}))

    @action(
        description="Resume",
        icon="play_circle",
        permissions=["change"],
        dialog={
            "title": "Resume this programme?",
            "description": "Customers recommend again at once.",
            "form_submit_text": "Resume",
        },
    )
    def resume(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switched(request, object_id, True)

    @action(
        description="Pause",
        icon="pause_circle",
        permissions=["change"],
        dialog={
            "title": "Pause this programme?",
            "description": "Its codes are refused until it is resumed. Rewards that wait still come.",
            "form_submit_text": "Pause",
        },
    )
    def pause(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switched(request, object_id, False)

    @action(
        description="Delete",
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["bin"],
        dialog={
            "title": "Delete this programme with all its codes?",
            "description": "It goes into the bin: nobody recommends any more. What happened stays readable.",
            "form_submit_text": "Delete",
        },
    )
    def to_bin(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(programme: ReferralProgramme) -> str:
            campaigns.delete(
                campaign_id=programme.pk, force=False, actor=staff_actor(request), now=timezone.now()
            )
            return f"{programme} is in the bin."

        return self.confirmed(request, object_id, do, leaves=True)

    def _switched(self, request: HttpRequest, object_id: str, is_active: bool) -> HttpResponse:
        def do(programme: ReferralProgramme) -> str:
            campaigns.set_active(
                campaign_id=programme.pk,
                is_active=is_active,
                actor=staff_actor(request),
                now=timezone.now(),
            )
            return f"{programme} is {'resumed' if is_active else 'paused'}."

        return self.confirmed(request, object_id, do)

    def _launch(self, request: HttpRequest, object_id: str) -> HttpResponse:
        programme = self.found(request, object_id)
        try:
            campaigns.launch(campaign_id=programme.pk, actor=staff_actor(request), now=timezone.now())
        except DomainError as refusal:
            refusal.settle()
            if refusal.location:
                self.message_user(request, f"{programme} is submitted for review.", messages.SUCCESS)
            else:
                tell_refusal(self, request, refusal, about=programme)
        else:
            self.message_user(request, f"{programme} is launched.", messages.SUCCESS)
        return htmx_redirect(self.url_of(programme))


def _useful(programme: ReferralProgramme, request: HttpRequest) -> list[str]:
    always = ["add_reward", "calendar", "clone", "to_bin"]
    if programme.is_draft:
        return [*ways_to_launch(programme, request), *always]
    if programme.lifecycle == Lifecycle.PAUSED:
        return ["resume", *always]
    is_over = programme.by_clock(timezone.now()) == Lifecycle.ENDED
    return always if is_over else ["give_code", "pause", *always]
