from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from commerce.admin.rows import customer_link
from core import words
from core.actors import Actor
from core.admin.base import adopt, staff_actor
from core.admin.pages import SHOWN_ROWS, Fact, PageAdmin, Panel
from integrations.admin.list_files import ListFilesMixin
from promotions import extras, gifts, import_kinds
from promotions.admin import card_panels, publication_panels, rows
from promotions.admin.conditions import CONDITIONS_FIELDS, ConditionsMixin, said_conditions
from promotions.admin.filters import VoucherStateFilter
from promotions.admin.forms.discounts import DISCOUNT_CONDITIONS
from promotions.admin.forms.gifts import BalanceForm
from promotions.admin.forms.parts import (
    READ_IN_WORDS,
    TIME_FIELDS,
    discount_sections,
    has_more_limits,
    worth_sections,
)
from promotions.admin.forms.vouchers import NewVoucherForm, VoucherForm
from promotions.admin.in_places import InPlacesMixin
from promotions.admin.publishing import PublishVoucherButton
from promotions.admin.switches import SwitchesMixin
from promotions.admin.versioned import VersionedMixin
from promotions.admin.why import WhyMixin
from promotions.models import CardTransaction, Redemption, Voucher
from promotions.selectors import vouchers as known
from promotions.services import ledger, vouchers
from promotions.words import STATE_COLOURS, in_money, time_limits, uses, voucher_state

_MOST_FOUND: Final = 1000


@admin.register(Voucher)
class VoucherAdmin(
    InPlacesMixin,
    ListFilesMixin,
    PublishVoucherButton,
    ConditionsMixin,
    SwitchesMixin,
    WhyMixin,
    VersionedMixin,
    PageAdmin,
):
    """Codes that customers type."""

    exported_object = "voucher"
    import_kind = "vouchers"
    resource = "vouchers"
    no_versions = "All of its terms are its campaign's: see the versions there."
    form = VoucherForm
    in_words = {**READ_IN_WORDS, "gift_effect": "offer"}  # noqa: RUF012
    empty_hint = "Codes are made with a campaign, or one by one here."
    list_display = (
        "code_shown",
        "of_campaign",
        "state",
        "offer",
        "conditions_listed",
        "used",
        "owner",
        "runs",
    )
    list_filter = (
        VoucherStateFilter,
        ("type", ChoicesDropdownFilter),
        ("campaign", AutocompleteSelectFilter),
        ("holder", AutocompleteSelectFilter),
        ("category", RelatedDropdownFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("campaign", "holder")
    # What is done with them says `get_search_results`.
    search_fields = ("code_key__startswith", "public_id__exact")
    search_help_text = "The beginning of a code."
    ordering = ("-created_at", "-pk")
    autocomplete_fields = ("campaign",)
    readonly_fields = (
        "code_shown", "of_campaign", "owner", "conditions_in_words", "limits_in_words", "created_at",
        "updated_at",
    )  # fmt: skip
    conditional_fields = DISCOUNT_CONDITIONS
    actions_detail: Any = ("publish", "change_balance", "why_page", *SwitchesMixin.actions_detail)

    def parent_of(self, query: QueryDict) -> tuple[str, str] | None:
        """A list of one campaign's codes takes files for that campaign."""
        campaign = query.get("campaign__id__exact", "")
        return (import_kinds.CAMPAIGN_CODES, campaign) if campaign.isdigit() else None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voucher]:
        return super().get_queryset(request).filter(deleted_at=None, released_at=None)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Voucher], search_term: str
    ) -> tuple[QuerySet[Voucher], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        found = known.beginning_with(term, among=queryset, most=_MOST_FOUND + 1)
        is_list = request.resolver_match is not None and request.resolver_match.url_name != "autocomplete"
        if len(found) > _MOST_FOUND and is_list:
            text = f"More than {_MOST_FOUND:,} codes begin with {term}. Here are the first; type more of it."
            self.message_user(request, text, messages.INFO)
        return queryset.filter(pk__in=found[:_MOST_FOUND]), False

    @display(description="Code", ordering=known.InKeyOrder(F("code_key")))
    def code_shown(self, voucher: Voucher) -> str:
        return format_html('<span class="fanfare-code">{}</span>', voucher.code)

    @display(description="Campaign")
    def of_campaign(self, voucher: Voucher) -> str:
        return rows.campaign_link(voucher.campaign) if voucher.campaign else "Stands alone"

    @display(description="State", label=STATE_COLOURS)
    def state(self, voucher: Voucher) -> str:
        return voucher_state(voucher, timezone.now())

    @display(description="Used", ordering="redeemed_quantity")
    def used(self, voucher: Voucher) -> str:
        return uses(voucher)

    @display(description="Given to")
    def owner(self, voucher: Voucher) -> str:
        return customer_link(voucher.holder)

    @display(description="Runs")
    def runs(self, voucher: Voucher) -> str:
        return words.period(*_dates(voucher))

    @display(description="Time limits")
    def limits_in_words(self, voucher: Voucher) -> str:
        return time_limits(voucher)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = VoucherForm if obj else NewVoucherForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        first: tuple[str, ...] = ("code", "kind", "campaign")
        time: Any = TIME_FIELDS
        dates: tuple[str, ...] = ()
        if obj is not None:
            first, dates = ("code_shown", "of_campaign", "owner"), ("created_at", "updated_at")
            time = ("limits_in_words", "starts_at", "ends_at") if has_more_limits(obj) else TIME_FIELDS
        return (
            ("Code", {"fields": (*first, "category", "additional_info")}),
            *_worth_sections(obj),
            ("Conditions", {"fields": CONDITIONS_FIELDS if obj else ("conditions",)}),
            ("Time", {"fields": time}),
            ("Limits", {"fields": ("redemption_quantity",)}),
            ("More", {"fields": ("metadata", *dates)}),
        )

    def why_question(self, obj: Voucher) -> Mapping[str, str]:
        holder = obj.holder
        return {"codes": obj.code, "customer": f"customer:{holder.public_id}" if holder else ""}

    def lead(self, request: HttpRequest, obj: Voucher) -> str:
        campaign = f" Part of {obj.campaign.name}." if obj.campaign else ""
        return f"{obj.code}: {self.offer(obj)}. Valid: {words.period(*_dates(obj))}.{campaign}"

    def facts(self, request: HttpRequest, obj: Voucher) -> list[Fact]:
        return [
            Fact(title="State", value=voucher_state(obj, timezone.now())),
            Fact(title="Used", value=uses(obj)),
            *(
                (card_panels.balance(obj), card_panels.paid(obj))
                if gifts.is_card(obj)
                else (Fact(title="Discount", value=self.offer(obj)),)
            ),
            Fact(title="Given out", value=words.day(obj.published_at), note=_times(obj.publish_count)),
        ]

    def panels(self, request: HttpRequest, obj: Voucher) -> list[Panel]:
        related = ("voucher", "promotion_tier", "customer", "order")
        found = Redemption.objects.filter(voucher=obj).select_related(*related)
        return [
            *([card_panels.ledger(obj)] if gifts.is_card(obj) else []),
            Panel(
                key="redemptions",
                title="Redemptions",
                headers=rows.REDEMPTION_HEADERS,
                rows=[rows.redemption_row(row) for row in found.order_by("-redeemed_at", "-pk")[:SHOWN_ROWS]],
                empty="Nobody used this code so far.",
                all_url=f"{reverse('admin:promotions_redemption_changelist')}?voucher__id__exact={obj.pk}",
                all_label="See all redemptions of this code",
            ),
            publication_panels.of_voucher(obj),
            *extras.panels_of(request, obj, timezone.now()),
            *self.version_panels(request, obj),
        ]

    def save_model(self, request: HttpRequest, obj: Voucher, form: Any, change: bool) -> None:
        actor, now, spec = staff_actor(request), timezone.now(), form.spec()
        if change:
            spec = replace(spec, conditions=said_conditions(form))
            if self.postponed(request, form, "vouchers.update", voucher_id=obj.pk, spec=spec):
                return
            saved = vouchers.update(voucher_id=obj.pk, spec=spec, actor=actor, now=now)
        else:
            campaign = form.cleaned_data.get("campaign")
            saved = vouchers.create(spec=spec, campaign=campaign, actor=actor, now=now)
        adopt(obj, saved)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only a gift card has a balance. The service decides again."""
        found = super().get_actions_detail(request, object_id)
        if Voucher.objects.filter(pk=object_id, type=Voucher.Type.GIFT_VOUCHER).exists():
            return found
        return [button for button in found if not button.action_name.endswith("_change_balance")]

    @action(
        description="Change balance",
        icon="account_balance_wallet",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog={
            "title": "Change the balance",
            "description": "It becomes a line of the card's ledger, which stays there.",
            "form_class": BalanceForm,
            "form_submit_text": "Change balance",
        },
    )
    def change_balance(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(card: Voucher) -> str:
            row = _changed(card, form, staff_actor(request))
            return f"{card} has {words.money(row.balance)} now."

        return self.confirmed(request, object_id, do)

    def switch(self, request: HttpRequest, pk: int, is_active: bool) -> None:
        vouchers.set_active(
            voucher_id=pk, is_active=is_active, actor=staff_actor(request), now=timezone.now()
        )

    def put_away(self, request: HttpRequest, pk: int) -> None:
        vouchers.delete(voucher_id=pk, force=False, actor=staff_actor(request), now=timezone.now())


def _worth_sections(voucher: Voucher | None) -> list[tuple[str, dict[str, Any]]]:
    if voucher is None:
        return worth_sections()
    if gifts.is_card(voucher):
        return [("Gift card", {"fields": ("gift_effect",)})]
    return discount_sections(voucher)


def _changed(card: Voucher, form: BaseDialogForm, actor: Actor) -> CardTransaction:
    """:raises InvalidAddBalanceParams: in the words of people."""
    reason = form.cleaned_data["reason"]
    try:
        return ledger.adjust(
            code=card.public_id, amount=form.change(), reason=reason, actor=actor, now=timezone.now()
        )
    except ledger.InvalidAddBalanceParams as error:
        raise ledger.InvalidAddBalanceParams(in_money(error.details)) from error


def _dates(voucher: Voucher) -> tuple[Any, Any]:
    """The code's own dates, else the campaign's."""
    campaign = voucher.campaign
    if campaign is None:
        return voucher.starts_at, voucher.ends_at
    return voucher.starts_at or campaign.starts_at, voucher.ends_at or campaign.ends_at


def _times(number: int) -> str:
    return words.count(number, "time") if number else "to nobody yet"
