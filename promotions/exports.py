"""What promotions gives into CSV files (contract: data file 8), for `integrations.export_registry`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.db.models import Case, F, Max, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, JSONObject, NullIf

from core.api.filters import DateTime, Json, State, Text
from integrations import export_registry
from integrations.export_registry import (
    Cell,
    ExportedObject,
    column,
    constant,
    json_object,
    major_units,
    money,
)
from promotions import gifts
from promotions.api.catalogue_filters import VoucherFilters
from promotions.api.redemption_filters import RedemptionFilters
from promotions.exported_messages import DISTRIBUTION_MESSAGES
from promotions.models import CardTransaction, Redemption, Voucher
from promotions.publication_exports import PUBLICATIONS
from promotions.selectors import transactions, vouchers

type Discount = Mapping[str, Any] | None

# The member of each kind of discount that says how much, and the one with the formula behind it.
_VALUES: Final = {
    "AMOUNT": ("amount_off", "amount_off_formula"),
    "PERCENT": ("percent_off", "percent_off_formula"),
    "FIXED": ("fixed_amount", "fixed_amount_formula"),
    "UNIT": ("unit_off", "unit_off_formula"),
}
_IN_MONEY: Final = frozenset({"AMOUNT", "FIXED"})
_DISCOUNTS: Final = ("discount", "campaign__discount")


def register() -> None:
    """Tell `integrations` what can be exported."""
    export_registry.register(
        VOUCHERS, REDEMPTIONS, PUBLICATIONS, TRANSACTIONS, DISTRIBUTION_MESSAGES, CAMPAIGN_REPORT
    )


def _worth(own: Discount, inherited: Discount, credits: int | None) -> str | int | Decimal | None:
    """How much a code takes off, or how many credits a card had: money in major units."""
    if credits is not None:
        return major_units(credits)
    discount = own or inherited or {}
    kind = discount.get("type")
    amount = discount.get(_VALUES[kind][0]) if kind in _VALUES else None
    return major_units(amount) if kind in _IN_MONEY else amount


def _formula(own: Discount, inherited: Discount) -> str | None:
    discount = own or inherited or {}
    kind = discount.get("type")
    return discount.get(_VALUES[kind][1]) if kind in _VALUES else None


def _amount_limit(own: Discount, inherited: Discount) -> str | None:
    return major_units((own or inherited or {}).get("amount_limit"))


def _of_discount(name: str, *, kind: str | None = None) -> Cell:
    """One member of the discount, the code's own or its campaign's; only of that kind."""

    def show(own: Discount, inherited: Discount) -> Any:
        discount = own or inherited or {}
        return discount.get(name) if kind in (None, discount.get("type")) else None

    return Cell(columns=_DISCOUNTS, show=show)


def _weekdays(days: list[int] | None) -> str | None:
    return None if days is None else ",".join(map(str, days))


def _own_or_inherited(name: str) -> Cell:
    return column(Coalesce(name, f"campaign__{name}"))


def _timeframe(name: str) -> Cell:
    """Interval and duration belong together: both the code's own or both its campaign's."""

    def show(own_interval: str, own: str, inherited: str | None) -> str | None:
        return own if own_interval else inherited

    return Cell(columns=("timeframe_interval", name, f"campaign__{name}"), show=show)


VOUCHERS: Final = ExportedObject(
    name="voucher",
    resource="vouchers",
    rows=lambda now: vouchers.listed(vouchers.present()),
    fields={
        "code": column("code"),
        "voucher_type": column("type"),
        "value": Cell(columns=(*_DISCOUNTS, "gift_amount"), show=_worth),
        "discount_type": _of_discount("type"),
        "id": column("public_id"),
        "formula": Cell(columns=_DISCOUNTS, show=_formula),
        "campaign": column("campaign__name"),
        "campaign_id": column("campaign__public_id"),
        "category": column(Coalesce("category__name", "campaign__category__name")),
        "start_date": _own_or_inherited("starts_at"),
        "expiration_date": _own_or_inherited("ends_at"),
        "gift_balance": money("gift_balance"),
        "loyalty_balance": column("loyalty_card__balance"),
        "redemption_quantity": column("redemption_quantity"),
        "redemption_count": column("redeemed_quantity"),
        "active": column("is_active"),
        "qr_code": constant(None),
        "bar_code": constant(None),
        "is_referral_code": column(vouchers.IS_REFERRAL_CODE),
        "created_at": column("created_at"),
        "updated_at": column("updated_at"),
        "validity_timeframe_interval": _timeframe("timeframe_interval"),
        "validity_timeframe_duration": _timeframe("timeframe_duration"),
        "validity_day_of_week": Cell(
            columns=(Coalesce("days_of_week", "campaign__days_of_week"),), show=_weekdays
        ),
        "discount_amount_limit": Cell(columns=_DISCOUNTS, show=_amount_limit),
        "additional_info": column("additional_info"),
        "customer_id": column("holder__public_id"),
        "customer_source_id": column("holder__source_id"),
        "discount_effect": _of_discount("effect"),
        "discount_unit_type": _of_discount("unit_type"),
        "discount_unit_effect": _of_discount("effect", kind="UNIT"),
        "validation_rules_id": column("rule_assignment__rule__public_id"),
        "metadata": json_object("metadata"),
    },
    default_fields=("code", "voucher_type", "value", "discount_type"),
    orders={"created_at": "created_at", "updated_at": "updated_at", "code": "code"},
    filters={
        **VoucherFilters.FILTER_FIELDS,
        "id": Text("public_id"),
        "vouchers": Text("code"),
        "campaign_id": Text("campaign__public_id"),
        "created_date": DateTime("created_at"),
        "redemption_status": State(
            {
                "$redeemed": lambda now: Q(redeemed_quantity__gt=0),
                "$redeemable": lambda now: (
                    Q(redemption_quantity=None) | Q(redeemed_quantity__lt=F("redemption_quantity"))
                ),
            }
        ),
    },
    scopes=("campaign_id",),
)

# A row pays with one card at most, and the ledger takes the credits off.
_PAID: Final = CardTransaction.objects.filter(
    redemption=OuterRef("pk"), voucher=OuterRef("voucher"), type=CardTransaction.Type.REDEMPTION
)

REDEMPTIONS: Final = ExportedObject(
    name="redemption",
    resource="redemptions",
    rows=lambda now: Redemption.objects.all(),
    fields={
        "id": column("public_id"),
        "object": constant("redemption"),
        "date": column("redeemed_at"),
        "voucher_code": column(Coalesce("voucher__code", NullIf("voucher_code", Value("")))),
        "campaign": column("campaign__name"),
        "promotion_tier_id": column("promotion_tier__public_id"),
        "customer_id": column("customer__public_id"),
        "customer_source_id": column("customer__source_id"),
        "customer_name": column("customer__name"),
        "tracking_id": column("tracking_id"),
        "order_id": column("order__public_id"),
        "order_amount": money("order_amount"),
        "gift_amount": money(-Subquery(_PAID.values("amount")[:1])),
        "loyalty_points": column(Case(When(voucher__type=Voucher.Type.LOYALTY_CARD, then="credits"))),
        "result": column("result"),
        "failure_code": column("failure_code"),
        "failure_message": column("failure_message"),
        "metadata": json_object("metadata"),
    },
    default_fields=("id", "object", "voucher_code", "customer_id", "date", "result"),
    orders={
        "id": "pk",
        "voucher_code": "voucher__code",
        "tracking_id": "tracking_id",
        "customer_id": "customer__public_id",
        "created_at": "redeemed_at",
    },
    filters={
        **RedemptionFilters.FILTER_FIELDS,
        "status": Text("status"),
        "tracking_id": Text("tracking_id"),
        "campaign": Text("campaign__name"),
        "campaign_id": Text("campaign__public_id"),
        "customer": Text("customer__public_id"),
        "voucher": Text("voucher__code"),
        "metadata": Json("metadata"),
    },
)


TRANSACTIONS: Final = ExportedObject(
    name="voucher_transactions",
    resource="vouchers",
    rows=lambda now: transactions.printable(CardTransaction.objects.all()),
    fields={
        "id": column("public_id"),
        "type": Cell(columns=("type",), show=gifts.wire_type),
        "source_id": column("source_id"),
        "status": constant(None),
        "reason": column("reason"),
        "source": column("redemption__channel_type"),
        "balance": money("balance"),
        "amount": money("amount"),
        "created_at": column("created_at"),
        "campaign_id": column("voucher__campaign__public_id"),
        "voucher_id": column("voucher__public_id"),
        "related_transaction_id": column("payment_id"),
        "details": json_object(
            JSONObject(
                total="total",
                redemption_id="redemption__public_id",
                rollback_id="rollback__public_id",
                order_id="redemption__order__public_id",
            )
        ),
    },
    default_fields=(
        "id",
        "type",
        "source_id",
        "status",
        "reason",
        "source",
        "balance",
        "amount",
        "created_at",
    ),
    orders={"created_at": "created_at"},
    filters={
        "created_at": DateTime("created_at"),
        "voucher_id": Text("voucher__public_id"),
        "campaign_id": Text("voucher__campaign__public_id"),
    },
)


# What came of a code: redemptions that were not taken back.
_KEPT: Final = (
    Redemption.objects.filter(voucher=OuterRef("pk"), status=Redemption.Status.SUCCEEDED)
    .order_by()
    .values("voucher")
)


def _sum_of_kept(expression: Any) -> Subquery:
    return Subquery(_KEPT.annotate(found=expression).values("found"))


CAMPAIGN_REPORT: Final = ExportedObject(
    name="campaign_report",
    resource="vouchers",
    rows=lambda now: vouchers.present(),
    fields={
        "code": column("code"),
        "active": column("is_active"),
        "holder_source_id": column("holder__source_id"),
        "holder_name": column("holder__name"),
        "published_at": column("published_at"),
        "uses_allowed": column("redemption_quantity"),
        "uses": column("redeemed_quantity"),
        "discount_given": money(Coalesce(_sum_of_kept(Sum("discount_amount")), 0)),
        "orders_amount": money(Coalesce(_sum_of_kept(Sum("order_amount")), 0)),
        "last_used_at": column(_sum_of_kept(Max("redeemed_at"))),
        "credits": money("gift_amount"),
        "balance": money("gift_balance"),
        "created_at": column("created_at"),
        "id": column("public_id"),
    },
    default_fields=(
        "code",
        "active",
        "holder_source_id",
        "holder_name",
        "published_at",
        "uses_allowed",
        "uses",
        "discount_given",
        "orders_amount",
        "last_used_at",
        "credits",
        "balance",
    ),
    orders={"code": "code", "uses": "redeemed_quantity", "created_at": "created_at"},
    filters={"campaign_id": Text("campaign__public_id"), "code": Text("code")},
    scopes=("campaign_id",),
)
