"""What baskets hold until they are paid: seen by operations, and let go when somebody waits for it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.timesince import timesince, timeuntil
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from commerce.admin.rows import customer_link
from core import places, words
from core.admin.base import reported, staff_actor
from core.admin.dialogs import DialogsMixin
from core.admin.pages import Fact, Panel, ReadOnlyPageAdmin
from promotions.admin import rows
from promotions.models import HeldCount, Hold, PromotionTier, ValidationSession, Voucher
from promotions.services import sessions

MOST_AT_ONCE: Final = 200
LIVE, OVER = "Holds", "Over"
_COLOURS: Final = {LIVE: "success", OVER: ""}
_SHOWN: Final = 3


def _in_reach(rows: QuerySet[ValidationSession]) -> QuerySet[ValidationSession]:
    """Of somebody who works in single areas: baskets that hold nothing of others."""
    if places.limit() is None:
        return rows
    codes, tiers = Voucher.objects.values("pk"), PromotionTier.objects.values("pk")
    seen = Q(voucher__in=codes) | Q(promotion_tier__in=tiers)
    held = Hold.objects.filter(session=OuterRef("pk"))
    return rows.filter(Exists(held), ~Exists(held.exclude(seen)))


@admin.register(ValidationSession)
class ValidationSessionAdmin(DialogsMixin, ReadOnlyPageAdmin):
    """Uses, credits and budgets that a basket keeps for itself. What is over holds nothing any more."""

    resource = "validations"
    empty_hint = "Baskets that lock their codes until they are paid appear here."
    list_display = ("what", "of_customer", "credits", "discount", "state", "ends", "created_at", "key")
    list_filter = (
        ("customer", AutocompleteSelectFilter),
        ("created_at", RangeDateTimeFilter),
        ("expires_at", RangeDateTimeFilter),
    )
    search_fields = ("key__exact", "holds__voucher__code_key__exact")
    search_help_text = "A whole session key, or a whole code."
    ordering = ("-created_at", "-pk")
    list_select_related = ("customer",)
    actions = ("release_chosen",)
    actions_detail = ("release",)
    fields = ("state", "ends", "of_customer", "created_at", "came_by", "key")
    readonly_fields = ("state", "ends", "of_customer", "came_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ValidationSession]:
        held = Hold.objects.select_related("voucher", "promotion_tier").order_by("pk")
        return (
            _in_reach(super().get_queryset(request))
            .prefetch_related(Prefetch("holds", queryset=held))
            .annotate(
                held_credits=Sum("holds__credits"),
                held_discount=Sum("holds__discount_amount"),
                held_count=Count("holds"),
            )
        )

    def has_release_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "validate")

    @display(description="Holds")
    def what(self, session: ValidationSession) -> str:
        holds = list(session.holds.all())
        if not holds:
            return "Nothing any more"
        shown = ", ".join(str(hold.voucher or hold.promotion_tier) for hold in holds[:_SHOWN])
        more = len(holds) - _SHOWN
        return f"{shown} and {more} more" if more > 0 else shown

    @display(description="Customer")
    def of_customer(self, session: ValidationSession) -> str:
        return customer_link(session.customer)

    @display(description="Credits")
    def credits(self, session: Any) -> str:
        return words.money(session.held_credits) if session.held_credits else words.NOTHING

    @display(description="Discount")
    def discount(self, session: Any) -> str:
        return words.money(session.held_discount) if session.held_discount else words.NOTHING

    @display(description="State", label=_COLOURS, ordering="expires_at")
    def state(self, session: ValidationSession) -> str:
        return LIVE if session.expires_at > timezone.now() else OVER

    @display(description="Until", ordering="expires_at")
    def ends(self, session: ValidationSession) -> str:
        now = timezone.now()
        if session.expires_at > now:
            return f"{words.when(session.expires_at)}, in {timeuntil(session.expires_at, now)}"
        return f"{words.when(session.expires_at)}, {timesince(session.expires_at, now)} ago"

    @display(description="Came by")
    def came_by(self, session: ValidationSession) -> str:
        return session.channel_id or words.NOTHING

    def title(self, obj: ValidationSession) -> str:
        return f"Hold {obj.key}"

    def lead(self, request: HttpRequest, obj: ValidationSession) -> str:
        if self.state(obj) == OVER:
            return "It is over: what it held can be used by everybody. A job tidies it away."
        return "Only whoever knows its key can use what it holds."

    def facts(self, request: HttpRequest, obj: Any) -> list[Fact]:
        return [
            Fact(title="Codes and tiers", value=f"{obj.held_count:,}"),
            Fact(title="Gift credits", value=words.money(obj.held_credits or 0)),
            Fact(title="Discount", value=words.money(obj.held_discount or 0)),
        ]

    def panels(self, request: HttpRequest, obj: ValidationSession) -> list[Panel]:
        held = [
            (_target(hold), words.money(hold.credits), words.money(hold.discount_amount))
            for hold in obj.holds.all()
        ]
        counts = HeldCount.objects.filter(hold__session=obj).select_related("counter").order_by("pk")
        return [
            Panel(
                key="held",
                title="What it holds",
                headers=("What", "Credits", "Discount"),
                rows=held,
                empty="Nothing any more.",
            ),
            Panel(
                key="counters",
                title="Limits",
                headers=("Limit", "Held of it", "Used by all"),
                rows=[(str(one.counter), f"{one.amount:,}", f"{one.counter.value:,}") for one in counts],
                empty="No limit counts what it holds.",
            ),
        ]

    @action(
        description="Release",
        icon="lock_open",
        variant=ActionVariant.DANGER,
        permissions=["release"],
        dialog={
            "title": "Release what this basket holds?",
            "description": (
                "Others can use it at once. Whoever is just paying may find that nothing is left for him."
            ),
            "form_submit_text": "Release",
        },
    )
    def release(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(session: ValidationSession) -> str:
            self._release(request, session)
            return "What it held is free."

        return self.confirmed(request, object_id, do, leaves=True)

    @admin.action(description="Release the chosen ones", permissions=["release"])
    def release_chosen(self, request: HttpRequest, queryset: QuerySet[ValidationSession]) -> None:
        chosen = list(queryset[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            text = f"Choose {MOST_AT_ONCE} at most. Nothing was changed."
            self.message_user(request, text, messages.ERROR)
            return
        for session in chosen:
            with reported(self, request, session):
                self._release(request, session)
        self.message_user(
            request, f"{words.count(len(chosen), 'hold is', 'holds are')} released.", messages.SUCCESS
        )

    def called(self, row: ValidationSession) -> str:
        return "Hold"

    def _release(self, request: HttpRequest, session: ValidationSession) -> None:
        sessions.release_session(session_key=session.key, actor=staff_actor(request), now=timezone.now())


def _target(hold: Hold) -> str:
    if hold.voucher is not None:
        return rows.voucher_link(hold.voucher)
    assert hold.promotion_tier is not None  # noqa: S101 - the database holds it
    return rows.tier_link(hold.promotion_tier)
