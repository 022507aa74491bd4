"""The buttons of a programme: launch, pause, resume, what can be added to it, delete. Each asks first."""

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
from core.admin.dialogs import DialogsMixin
from core.errors import DomainError
from loyalty.admin.forms.members import JoinForm
from loyalty.models import Programme
from promotions.admin.campaign_buttons import ways_to_launch
from promotions.models import Lifecycle
from promotions.services import campaigns, publications


class ProgrammeButtons(DialogsMixin, ModelAdmin):
    """The services decide again."""

    actions_detail: Any = (
        "launch",
        "submit",
        "add_member",
        {
            "title": "Add",
            "icon": "add_circle",
            "items": ("add_rule", "add_tier", "add_reward"),
        },
        "resume",
        "pause",
        {"title": "See", "icon": "visibility", "items": ("liability", "estimate", "calendar")},
        "to_bin",
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only those that mean something for this programme now."""
        programme = Programme.objects.filter(pk=object_id, deleted_at=None).first()
        if programme is None:
            return []
        useful = {f"loyalty_programme_{name}" for name in _useful(programme, request)}
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if button.action_name in useful]

    def has_bin_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "delete")

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, "vouchers.publish")

    def has_books_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, "finance.read")

    @action(
        description="Launch",
        icon="rocket_launch",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog={
            "title": "Launch this programme?",
            "description": "Its first cards are made now. From then on members earn and spend points.",
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
        description="Add a member",
        icon="person_add",
        permissions=["publish"],
        dialog={
            "title": "Give a customer a card",
            "description": "The customer becomes a member at once, with the points for joining.",
            "form_class": JoinForm,
            "form_submit_text": "Give the card",
        },
    )
    def add_member(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(programme: Programme) -> str:
            given = publications.publish(
                spec=form.spec(programme), actor=staff_actor(request), now=timezone.now()
            )
            code = ", ".join(voucher.code for voucher in given.vouchers)
            return f"Is a member already: {code}." if given.is_repeated else f"Given: card {code}."

        return self.confirmed(request, object_id, do)

    @action(description="An earning rule", icon="add_task", permissions=["change"])
    def add_rule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _form("loyalty_earningrule", object_id)

    @action(description="A tier", icon="stairs", permissions=["change"])
    def add_tier(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _form("loyalty_loyaltytier", object_id)

    @action(description="A reward", icon="redeem", permissions=["change"])
    def add_reward(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _form("promotions_rewardassignment", object_id)

    @action(description="Points liability", icon="account_balance", permissions=["books"])
    def liability(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:loyalty_finance", query={"programme": object_id}))

    @action(description="What would an order earn?", icon="calculate", permissions=["view"])
    def estimate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:loyalty_estimate", query={"programme": object_id}))

    @action(description="On the calendar", icon="calendar_month", permissions=["view"])
    def calendar(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:calendar", query={"q": self.found(request, object_id)}))

    @action(
        description="Resume",
        icon="play_circle",
        permissions=["change"],
        dialog={
            "title": "Resume this programme?",
            "description": "Members earn and spend again at once.",
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
            "description": "Nobody earns or spends points until it is resumed. Points expire as ever.",
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
            "title": "Delete this programme with all its cards?",
            "description": "It goes into the bin: nobody earns or spends any more. The ledger stays.",
            "form_submit_text": "Delete",
        },
    )
    def to_bin(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(programme: Programme) -> str:
            campaigns.delete(
                campaign_id=programme.pk, force=False, actor=staff_actor(request), now=timezone.now()
            )
            return f"{programme} is in the bin."

        return self.confirmed(request, object_id, do, leaves=True)

    def _switched(self, request: HttpRequest, object_id: str, is_active: bool) -> HttpResponse:
        def do(programme: Programme) -> str:
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


def _form(page: str, programme: str) -> HttpResponse:
    """A link to a form: nothing is changed here."""
    return HttpResponseRedirect(reverse(f"admin:{page}_add", query={"campaign": programme}))


def _useful(programme: Programme, request: HttpRequest) -> list[str]:
    always = ["add_rule", "add_tier", "add_reward", "liability", "estimate", "calendar", "to_bin"]
    if programme.is_draft:
        return [*ways_to_launch(programme, request), *always]
    if programme.lifecycle == Lifecycle.PAUSED:
        return ["resume", "add_member", *always]
    is_over = programme.by_clock(timezone.now()) == Lifecycle.ENDED
    return ["add_member", *([] if is_over else ["pause"]), *always]
