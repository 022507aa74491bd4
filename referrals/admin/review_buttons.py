"""What people do about referrals: accept, refuse, block somebody, stop the programme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from commerce.admin.blocking import BlockForm
from commerce.admin.rows import customer_name
from commerce.models import Customer
from commerce.services import blocking
from core import words
from core.admin.base import reported, staff_actor, staff_allows
from core.admin.dialogs import DialogsMixin, Done
from core.staff import as_actor
from promotions.services import campaigns, stops
from referrals.admin import review_rows
from referrals.models import Referral
from referrals.services import deciding

MOST_AT_ONCE: Final = 200
_BLOCKING: Final = "customers.modify"
_DONE: Final = {"accept": "accepted", "refuse": "refused"}


class AcceptForm(BaseDialogForm):
    reason = forms.CharField(
        required=False,
        max_length=deciding.LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="For whoever asks later.",
    )


class RefuseForm(BaseDialogForm):
    reason = forms.CharField(
        max_length=deciding.LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="For whoever asks later, for example: both live in one household.",
    )


class ReviewButtons(DialogsMixin):
    """The services decide again."""

    actions = ("accept_chosen", "refuse_chosen")
    actions_detail: Any = (
        "accept",
        "refuse",
        {
            "title": "Stop",
            "icon": "block",
            "items": ("block_referrer", "block_referee", "pause_programme", "emergency_stop"),
        },
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only those that mean something now."""
        row = Referral.objects.select_related("referrer", "referee", "campaign").filter(pk=object_id).first()
        if row is None:
            return []
        useful = {
            "accept": row.state == Referral.State.HELD,
            "refuse": row.state == Referral.State.HELD,
            "block_referrer": _may_be_blocked(row.referrer),
            "block_referee": _may_be_blocked(row.referee),
            "pause_programme": row.campaign.is_active,
            "emergency_stop": row.campaign.is_active,
        }
        names = {f"referrals_referral_{name}" for name, is_useful in useful.items() if is_useful}
        found = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [button for button in found if button.action_name in names]

    # Rights -----------------------------------------------------------------------------------------------
    def has_review_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_his(obj) and staff_allows(request.user, deciding.PERMISSION)  # type: ignore[attr-defined]

    def has_block_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, _BLOCKING)

    def has_pause_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_his(obj) and as_actor(request.user).gets_to("campaigns.modify")  # type: ignore[attr-defined]

    def has_stop_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, stops.STOP)

    # One --------------------------------------------------------------------------------------------------
    @action(
        description="Accept",
        icon="check",
        variant=ActionVariant.PRIMARY,
        permissions=["review"],
        dialog={
            "title": "Accept this referral?",
            "description": "It counts, and brings its rewards as soon as they are due.",
            "form_class": AcceptForm,
            "form_submit_text": "Accept",
        },
    )
    def accept(self, request: HttpRequest, form: AcceptForm, object_id: str) -> HttpResponse:
        def do(row: Referral) -> Done:
            _accept(request, row, form.cleaned_data["reason"])
            return Done(said="The referral counts.", url=self.list_url())  # type: ignore[attr-defined]

        return self.confirmed(request, object_id, do)

    @action(
        description="Refuse",
        icon="close",
        variant=ActionVariant.DANGER,
        permissions=["review"],
        dialog={
            "title": "Refuse this referral?",
            "description": "It counts for nobody. What the referee redeemed stays redeemed.",
            "form_class": RefuseForm,
            "form_submit_text": "Refuse",
        },
    )
    def refuse(self, request: HttpRequest, form: RefuseForm, object_id: str) -> HttpResponse:
        def do(row: Referral) -> Done:
            _refuse(request, row, form.cleaned_data["reason"])
            return Done(said="The referral is refused.", url=self.list_url())  # type: ignore[attr-defined]

        return self.confirmed(request, object_id, do)

    @action(
        description="Block the referrer",
        icon="person_off",
        permissions=["block"],
        dialog={
            "title": "Block the referrer?",
            "description": "The referrer can use no code and no promotion any more, and gets no new codes.",
            "form_class": BlockForm,
            "form_submit_text": "Block",
        },
    )
    def block_referrer(self, request: HttpRequest, form: BlockForm, object_id: str) -> HttpResponse:
        return self.confirmed(request, object_id, lambda row: _block(request, row.referrer, form))

    @action(
        description="Block the referee",
        icon="person_off",
        permissions=["block"],
        dialog={
            "title": "Block the referee?",
            "description": "The referee can use no code and no promotion any more, and gets no new codes.",
            "form_class": BlockForm,
            "form_submit_text": "Block",
        },
    )
    def block_referee(self, request: HttpRequest, form: BlockForm, object_id: str) -> HttpResponse:
        return self.confirmed(request, object_id, lambda row: _block(request, row.referee, form))

    @action(
        description="Pause the programme",
        icon="pause_circle",
        permissions=["pause"],
        dialog={
            "title": "Pause the programme?",
            "description": "None of its codes can be used, and nobody is recommended, until it is resumed.",
            "form_submit_text": "Pause",
        },
    )
    def pause_programme(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: Referral) -> str:
            campaigns.set_active(
                campaign_id=row.campaign_id, is_active=False, actor=staff_actor(request), now=timezone.now()
            )
            return f"{row.campaign.name} is paused."

        return self.confirmed(request, object_id, do)

    @action(description="Emergency stop", icon="front_hand", permissions=["stop"])
    def emergency_stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link: there it is said why, and who is hit."""
        row = self.found(request, object_id)  # type: ignore[attr-defined]
        query = {"campaign": row.campaign.public_id}
        return HttpResponseRedirect(reverse("admin:promotions_emergencystop_add", query=query))

    # Several ----------------------------------------------------------------------------------------------
    @admin.action(description="Accept the chosen referrals", permissions=["review"])
    def accept_chosen(self, request: HttpRequest, queryset: QuerySet[Referral]) -> HttpResponse | None:
        return self._decide_chosen(request, queryset, AcceptForm, _accept, "accept")

    @admin.action(description="Refuse the chosen referrals", permissions=["review"])
    def refuse_chosen(self, request: HttpRequest, queryset: QuerySet[Referral]) -> HttpResponse | None:
        return self._decide_chosen(request, queryset, RefuseForm, _refuse, "refuse")

    def _decide_chosen(
        self,
        request: HttpRequest,
        queryset: QuerySet[Referral],
        form_class: type[BaseDialogForm],
        decide: Callable[[HttpRequest, Referral, str], None],
        verb: str,
    ) -> HttpResponse | None:
        """Asks why first; each is decided on its own, and what was decided meanwhile says so."""
        rows = list(queryset.filter(state=Referral.State.HELD)[: MOST_AT_ONCE + 1])
        if not rows or len(rows) > MOST_AT_ONCE:
            text = f"Choose {MOST_AT_ONCE} at most." if rows else "None of these waits for review."
            self.message_user(request, text, messages.ERROR)  # type: ignore[attr-defined]
            return None
        form = form_class(request, None, request.POST if "_decide" in request.POST else None)
        if not (form.is_bound and form.is_valid()):
            return self._asked_why(request, rows, form, verb)
        done = 0
        for row in rows:
            with reported(self, request, review_rows.title(row)):  # type: ignore[arg-type]
                decide(request, row, form.cleaned_data["reason"])
                done += 1
        if done:
            text = f"{words.count(done, 'referral')} {_DONE[verb]}."
            self.message_user(request, text, messages.SUCCESS)  # type: ignore[attr-defined]
        return None

    def _asked_why(
        self, request: HttpRequest, rows: list[Referral], form: forms.Form, verb: str
    ) -> HttpResponse:
        context = {
            **admin.site.each_context(request),
            "title": f"{verb.capitalize()} {words.count(len(rows), 'referral')}?",
            "opts": self.opts,  # type: ignore[attr-defined]
            "media": self.media + form.media,  # type: ignore[attr-defined]
            "form": form,
            "rows": [(row.pk, review_rows.title(row), review_rows.chips(row)) for row in rows],
            "action": f"{verb}_chosen",
            "verb": verb.capitalize(),
            "variant": "danger" if verb == "refuse" else "primary",
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "referrals/admin/decide.html", context)


def _may_be_blocked(customer: Customer) -> bool:
    return customer.blocked_at is None and customer.deleted_at is None


def _accept(request: HttpRequest, row: Referral, reason: str) -> None:
    deciding.accept(referral=row, reason=reason, actor=staff_actor(request), now=timezone.now())


def _refuse(request: HttpRequest, row: Referral, reason: str) -> None:
    deciding.refuse(referral=row, reason=reason, actor=staff_actor(request), now=timezone.now())


def _block(request: HttpRequest, customer: Customer, form: BlockForm) -> str:
    blocking.block(
        customer_id=customer.pk,
        reason=form.cleaned_data["reason"],
        actor=staff_actor(request),
        now=timezone.now(),
    )
    return f"{customer_name(customer)} is blocked."
