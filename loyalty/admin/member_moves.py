"""Points by hand: adjust, move to another card, give a reward. Each page says first what would happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.enums import ActionVariant

from core import words
from core.actors import Actor
from core.admin.base import ModelAdmin, sentence, staff_actor, staff_allows, tell_refusal
from core.errors import DomainError
from loyalty import programme_words
from loyalty.admin.forms.members import (
    ADD,
    ON_DAY,
    AdjustForm,
    GiveRewardForm,
    TransferForm,
)
from loyalty.models import LoyaltyCard
from loyalty.selectors import member_rewards
from loyalty.services import balances, rehearsals, reward_redemptions, transfers
from loyalty.services.rehearsals import Rehearsal
from loyalty.services.transfers import Donation
from promotions.admin.in_places import InPlacesMixin

ADJUST, TRANSFER, GIVE = "adjust", "transfer", "give_reward"


@dataclass(frozen=True, kw_only=True)
class Move:
    """One kind of page: its words, its form, and the service behind the button."""

    title: str
    lead: str
    button: str
    form: Callable[[HttpRequest, LoyaltyCard], forms.Form]
    do: Callable[[LoyaltyCard, Any, Actor, datetime], str]
    is_reward: bool = False


class MoveButtons(InPlacesMixin, ModelAdmin):
    """For the page of a member. The services decide again."""

    actions_detail: Any = (ADJUST, TRANSFER, GIVE)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:object_id>/{name}/points/",
                self.admin_site.admin_view(self._view(name)),
                name=f"loyalty_loyaltycard_{name}_page",
            )
            for name in _MOVES
        ]
        return [*own, *super().get_urls()]

    def has_move_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_his(obj) and self.allows(request, "modify")

    def has_give_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_redeem = staff_allows(request.user, reward_redemptions.PERMISSION)
        return may_redeem and self.has_move_permission(request, obj)

    @action(description="Adjust points", icon="exposure", variant=ActionVariant.PRIMARY, permissions=["move"])
    def adjust(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link to the page: nothing is changed here."""
        return _to(ADJUST, object_id)

    @action(description="Give a reward", icon="redeem", permissions=["give"])
    def give_reward(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _to(GIVE, object_id)

    @action(description="Move points", icon="swap_horiz", permissions=["move"])
    def transfer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _to(TRANSFER, object_id)

    def _view(self, name: str) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, object_id: int) -> HttpResponse:
            return self._page(request, object_id, _MOVES[name])

        return view

    def _page(self, request: HttpRequest, object_id: int, move: Move) -> HttpResponse:
        card: LoyaltyCard = self.found(request, str(object_id))
        may = self.has_give_permission if move.is_reward else self.has_move_permission
        if not may(request, card):
            raise PermissionDenied
        form = move.form(request, card)
        actor, now = staff_actor(request), timezone.now()
        rehearsal = None
        if form.is_bound and form.is_valid():
            if "_do" in request.POST and (done := self._done(request, card, move, form)) is not None:
                return done
            rehearsal = rehearsals.rehearse(card.pk, lambda: move.do(card, form, actor, now))
        context = {
            **admin.site.each_context(request),
            "title": f"{move.title}: {card.voucher.code}",
            "lead": move.lead,
            "button": move.button,
            "form": form,
            "media": self.media + form.media,
            "now_there": _numbers(card),
            "preview": _preview(rehearsal) if rehearsal else None,
            "is_refused": rehearsal is not None and rehearsal.refusal is not None,
            "asks": rehearsal.asks if rehearsal else "",
            "back": self.url_of(card),
        }
        return TemplateResponse(request, "loyalty/admin/move.html", context)

    def _done(
        self, request: HttpRequest, card: LoyaltyCard, move: Move, form: forms.Form
    ) -> HttpResponse | None:
        """Back on the member's page; None: it was refused, and is shown again with the reason."""
        try:
            said = move.do(card, form, staff_actor(request), timezone.now())
        except DomainError as error:
            error.settle()
            if error.location:
                tell_refusal(self, request, error)
                return HttpResponseRedirect(error.location)
            return None
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(f"{self.url_of(card)}#statement")


def _to(name: str, object_id: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"admin:loyalty_loyaltycard_{name}_page", args=[object_id]))


def _numbers(card: LoyaltyCard) -> list[tuple[str, str]]:
    return [
        ("Balance", programme_words.points(card.balance)),
        ("Pending", programme_words.points(card.pending_points)),
        ("Tier", card.tier.name if card.tier else words.NOTHING),
    ]


def _preview(found: Rehearsal) -> list[str]:
    """What pressing the button would do, line by line."""
    if found.refusal is not None:
        return [sentence(found.refusal)]
    if found.after is None:
        return [f"Nothing is changed at once: {found.asks} has to say yes first."]
    before, after = found.before, found.after
    said = [
        f"The balance goes from {words.number(before.balance)} to {programme_words.points(after.balance)}."
    ]
    if before.pending != after.pending:
        pending = words.number(before.pending)
        said.append(f"Pending points go from {pending} to {words.number(after.pending)}.")
    if before.tier != after.tier:
        name = before.tier.name if before.tier else "none"
        said.append(f"The tier changes from {name} to {after.tier.name if after.tier else 'none'}.")
    elif after.tier is not None:
        said.append(f"The tier stays {after.tier.name}.")
    said.append("The statement shows it, with who did it and why. It cannot be deleted, only countered.")
    return said


# What the pages do ----------------------------------------------------------------------------------------
def _adjust(card: LoyaltyCard, form: Any, actor: Actor, now: datetime) -> str:
    given = form.cleaned_data
    expires = given["expires"] if given["direction"] == ADD else ""
    balances.adjust(
        card_id=card.pk,
        points=form.change(),
        reason=given["reason"],
        expiration_type=expires or None,
        expires_on=given["expires_on"] if expires == ON_DAY else None,
        actor=actor,
        now=now,
    )
    verb = "added" if given["direction"] == ADD else "taken away"
    return f"{programme_words.points(given['points'])} {verb}."


def _transfer(card: LoyaltyCard, form: Any, actor: Actor, now: datetime) -> str:
    given = form.cleaned_data
    donation = Donation(code=card.voucher.code, points=given["points"], reason=given["reason"])
    transfers.transfer(to=given["to"], donations=(donation,), actor=actor, now=now)
    return f"{programme_words.points(given['points'])} moved to {given['to']}."


def _give(card: LoyaltyCard, form: Any, actor: Actor, now: datetime) -> str:
    reward_redemptions.redeem(
        card_id=card.pk, assignment=form.cleaned_data["assignment"], actor=actor, now=now
    )
    return "The reward is given."


def _give_form(request: HttpRequest, card: LoyaltyCard) -> forms.Form:
    choices = [
        (row.assignment.public_id, f"{row.assignment.reward.name}: {programme_words.points(row.points)}")
        for row in member_rewards.of(card, now=timezone.now())
        if row.points is not None and member_rewards.is_affordable(row, card)
    ]
    return GiveRewardForm(request.POST or None, choices=choices)


_MOVES: Final = {
    ADJUST: Move(
        title="Adjust points",
        lead="Gives points to a member or takes some away. Look first, then confirm.",
        button="Adjust",
        form=lambda request, card: AdjustForm(request.POST or None),
        do=_adjust,
    ),
    TRANSFER: Move(
        title="Move points",
        lead="Moves points of this card to another one: what expires first goes first, and expires as the "
        "other programme says.",
        button="Move",
        form=lambda request, card: TransferForm(request.POST or None),
        do=_transfer,
    ),
    GIVE: Move(
        title="Give a reward",
        lead="Redeems points of this card for a reward, as the member could. Look first, then confirm.",
        button="Give",
        form=_give_form,
        do=_give,
        is_reward=True,
    ),
}
