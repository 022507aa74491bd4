from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from commerce.admin.rows import customer_link, order_link
from core import words
from core.admin.base import staff_actor
from core.admin.dialogs import DialogsMixin
from core.admin.pages import Fact, ReadOnlyPageAdmin
from integrations.admin.list_files import ListFilesMixin
from promotions.admin import decision, redemption_story, rows
from promotions.admin.filters import RefusalFilter
from promotions.admin.forms.why import SECONDS_FORMAT
from promotions.admin.why import WhyMixin
from promotions.models import Redemption
from promotions.services import rollbacks
from promotions.words import RESULT_COLOURS, RESULT_WORDS, refusal, story, target


class RollbackForm(BaseDialogForm):
    reason = forms.CharField(
        required=True,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="For whoever asks later, for example: customer returned the goods.",
    )


@admin.register(Redemption)
class RedemptionAdmin(ListFilesMixin, WhyMixin, DialogsMixin, ReadOnlyPageAdmin):
    """Every attempt to use a code or promotion, and why it went as it did. Facts: nobody changes them."""

    exported_object = "redemption"
    resource = "redemptions"
    empty_hint = "Redemptions appear here as soon as the shop uses the first code."
    list_display = (
        "redeemed_at",
        "what",
        "of_campaign",
        "of_customer",
        "on_order",
        "saved",
        "outcome_label",
        "why",
    )
    list_filter = (
        ("result", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        RefusalFilter,
        ("campaign", AutocompleteSelectFilter),
        ("voucher", AutocompleteSelectFilter),
        ("customer", AutocompleteSelectFilter),
        ("redeemed_at", RangeDateTimeFilter),
    )
    list_select_related = ("voucher", "promotion_tier", "campaign", "customer", "order")
    search_fields = ("voucher_code__exact", "public_id__exact", "tracking_id__exact")
    search_help_text = "A whole code, or the id of a redemption."
    ordering = ("-redeemed_at", "-pk")
    actions_detail = ("why_page", "roll_back")
    fields = (
        "explained",
        "reasons",
        "decided_on",
        "what",
        "of_campaign",
        "of_customer",
        "on_order",
        "redeemed_at",
        "came_by",
        "noted",
    )
    readonly_fields = (
        "explained", "reasons", "decided_on", "what", "of_campaign", "of_customer", "on_order", "came_by",
        "noted",
    )  # fmt: skip

    class Media:
        css = {"all": ("promotions/why.css",)}  # noqa: RUF012

    def get_queryset(self, request: HttpRequest) -> QuerySet[Redemption]:
        """Lists leave out the parents of several together, and the decision: kilobytes of JSON a row."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        if match is None or not (match.url_name or "").endswith("_changelist"):
            return rows
        return rows.exclude(related_object_type=Redemption.RelatedObject.REDEMPTION).defer(
            "snapshot", "outcome", "order_snapshot"
        )

    def called(self, row: Redemption) -> str:
        return "Redemption"

    @display(description="What")
    def what(self, redemption: Redemption) -> str:
        if redemption.voucher is not None and redemption.voucher.deleted_at is None:
            return rows.voucher_link(redemption.voucher)
        tier = redemption.promotion_tier
        if tier is not None and tier.deleted_at is None:
            return rows.tier_link(tier)
        return target(redemption)

    @display(description="Campaign")
    def of_campaign(self, redemption: Redemption) -> str:
        return rows.campaign_link(redemption.campaign)

    @display(description="Customer")
    def of_customer(self, redemption: Redemption) -> str:
        return customer_link(redemption.customer)

    @display(description="Order")
    def on_order(self, redemption: Redemption) -> str:
        return order_link(redemption.order) if redemption.order else words.NOTHING

    @display(description="Discount", ordering="discount_amount")
    def saved(self, redemption: Redemption) -> str:
        if redemption.status == Redemption.Status.FAILED:
            return words.NOTHING
        return words.money(redemption.discount_amount)

    @display(description="Result", label=RESULT_COLOURS, ordering="status")
    def outcome_label(self, redemption: Redemption) -> str:
        return RESULT_WORDS[Redemption.Status(redemption.status)]

    @display(description="Why")
    def why(self, redemption: Redemption) -> str:
        return refusal(redemption.failure_code) if redemption.failure_code else words.NOTHING

    @display(description="Came by")
    def came_by(self, redemption: Redemption) -> str:
        is_person = redemption.channel_type == "USER"
        door = gettext("A person in this admin") if is_person else gettext("The shop, over the API")
        if not redemption.store:
            return door
        return gettext("%(door)s, in the store %(store)s") % {"door": door, "store": redemption.store}

    @display(description="What happened")
    def explained(self, redemption: Redemption) -> str:
        return render_to_string("promotions/admin/story.html", {"story": redemption_story.tell(redemption)})

    @display(description="Why")
    def reasons(self, redemption: Redemption) -> str:
        return decision.reasons(redemption)

    @display(description="Decided on")
    def decided_on(self, redemption: Redemption) -> str:
        return decision.terms(redemption)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A refused attempt has no decision."""
        is_refused = obj is not None and obj.status == Redemption.Status.FAILED
        return [name for name in self.fields if not (is_refused and name in ("reasons", "decided_on"))]

    def title(self, obj: Redemption) -> str:
        return f"{target(obj)}, {words.when(obj.redeemed_at)}"

    def lead(self, request: HttpRequest, obj: Redemption) -> str:
        return f"{story(obj)} {words.when(obj.redeemed_at)}."

    def facts(self, request: HttpRequest, obj: Redemption) -> list[Fact]:
        after = (obj.order_snapshot or {}).get("total_amount")
        return [
            Fact(title="Result", value=self.outcome_label(obj)),
            Fact(title="Order before", value=words.money(obj.order_amount)),
            Fact(
                title="Discount" if obj.credits is None else "Paid with the card",
                value=words.money(obj.discount_amount if obj.credits is None else obj.credits),
            ),
            Fact(title="Order after", value=words.money(after)),
        ]

    def has_rollback_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "rollback")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what succeeded can be taken back, only of what was refused people ask why."""
        found = Redemption.objects.filter(pk=object_id).values_list("status", flat=True).first()
        wanted = {Redemption.Status.SUCCEEDED: "_roll_back", Redemption.Status.FAILED: "_why_page"}
        ending = wanted.get(Redemption.Status(found)) if found else None
        if ending is None:
            return []
        buttons = super().get_actions_detail(request, object_id)
        return [button for button in buttons if button.action_name.endswith(ending)]

    def why_question(self, obj: Redemption) -> Mapping[str, str]:
        """What was asked for, by whom, at that moment. The order of a refused attempt is not kept."""
        tier, customer = obj.promotion_tier, obj.customer
        return {
            "codes": obj.voucher_code if tier is None else "",
            "offer": f"promotion_tier:{tier.public_id}" if tier else "",
            "customer": f"customer:{customer.public_id}" if customer else "",
            "at": timezone.localtime(obj.redeemed_at).strftime(SECONDS_FORMAT),
        }

    @action(
        description="Take back",
        icon="undo",
        variant=ActionVariant.DANGER,
        permissions=["rollback"],
        dialog={
            "title": "Take this redemption back?",
            "description": (
                "The code can be used once more, and the discount is taken off the order again. What was "
                "redeemed in the same request is taken back, too. All of it stays on record."
            ),
            "form_class": RollbackForm,
            "form_submit_text": "Take back",
        },
    )
    def roll_back(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(redemption: Redemption) -> str:
            whole = redemption.parent or redemption
            rollbacks.roll_back(
                redemption_id=whole.public_id,
                spec=rollbacks.RollbackSpec(reason=form.cleaned_data["reason"]),
                actor=staff_actor(request),
                now=timezone.now(),
                stacked=True,
            )
            return "The redemption is taken back."

        return self.confirmed(request, object_id, do)
