"""What a caller may ask about redeemables: wire JSON in, a frozen `DecisionSpec` out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from commerce.api.serializers.customers import CustomerPayload, customer_spec
from commerce.api.serializers.orders import OrderPayload, order_spec
from core.api.fields import (
    AmountField,
    BooleanField,
    ChoiceField,
    InstantField,
    IntegerField,
    ListField,
    MetadataField,
    TextField,
    WireSerializer,
    parse,
)
from core.errors import InvalidPayload
from engine import Strategy
from promotions.models import ValidationSession
from promotions.redeemables import Requested, supported_objects
from promotions.selectors import stacks
from promotions.services.validations import DecisionSpec, SessionSpec

MAX_REDEEMABLES: Final = 30
MAX_SESSION_KEY: Final = 200
MOST_POINTS: Final = 10**12
SESSION_TYPE: Final = "LOCK"
EXPANDABLE: Final = frozenset({"order", "redemption", "redeemable", "category"})


class CreditsInput(WireSerializer):
    """`gift`: what a card shall pay. How it pays is the card's own business."""

    credits = AmountField(required=False, allow_null=True)


class PaidRewardInput(WireSerializer):
    """`reward`: what the points of a loyalty card shall pay for, and how many of them pay the order."""

    id = TextField(required=False, allow_null=True, allow_blank=False, max_length=255)
    assignment_id = TextField(required=False, allow_null=True, allow_blank=False, max_length=255)
    points = IntegerField(required=False, allow_null=True, lowest=1, highest=MOST_POINTS)


class RedeemableInput(WireSerializer):
    gift = CreditsInput(required=False, allow_null=True)
    reward = PaidRewardInput(required=False, allow_null=True)
    object = TextField()
    id = TextField(allow_blank=False, max_length=255)

    def validate_object(self, value: str) -> str:
        allowed = [*supported_objects(), stacks.OBJECT]
        if value not in allowed:
            raise InvalidPayload(f"Property .object must be one of {', '.join(allowed)}")
        return value


class OptionsInput(WireSerializer):
    """`explain`, `stacking` and `at` are ours, beyond the contract."""

    expand = ListField(child=TextField(), required=False, max_length=20)
    explain = BooleanField(required=False, allow_null=True)
    stacking = ChoiceField(Strategy, required=False, allow_null=True)
    at = InstantField(required=False, allow_null=True)

    def validate_expand(self, value: list[str]) -> list[str]:
        unknown = sorted(set(value) - EXPANDABLE)
        if unknown:
            raise InvalidPayload(f"Property .options.expand must hold only {', '.join(sorted(EXPANDABLE))}")
        return value


class SessionInput(WireSerializer):
    """`session` (contract: semantics-core 10). There is one type of it."""

    type = TextField(required=False)
    key = TextField(required=False, allow_null=True, allow_blank=False, max_length=MAX_SESSION_KEY)
    ttl = IntegerField(required=False, allow_null=True, lowest=1)
    ttl_unit = ChoiceField(ValidationSession.Unit, required=False, allow_null=True)

    def validate_type(self, value: str) -> str:
        if value != SESSION_TYPE:
            raise InvalidPayload(f"Property .session.type must be {SESSION_TYPE}")
        return value


class SingleVoucherInput(WireSerializer):
    """The old single-code requests: order, customer and the rest, without a list of redeemables."""

    order = OrderPayload(required=False, allow_null=True)
    customer = CustomerPayload(required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)
    tracking_id = TextField(required=False, allow_null=True, max_length=255)
    options = OptionsInput(required=False, allow_null=True)
    gift = CreditsInput(required=False, allow_null=True)
    reward = PaidRewardInput(required=False, allow_null=True)
    session = SessionInput(required=False, allow_null=True)


class ValidationInput(SingleVoucherInput):
    redeemables = ListField(child=RedeemableInput(), allow_empty=False, max_length=MAX_REDEEMABLES)


class RedemptionInput(ValidationInput):
    """The same shape; kept apart, because holds and rewards will differ."""


@dataclass(frozen=True, kw_only=True)
class ParsedDecision:
    """`explain`: say why. `at`: as if it were that instant (None = now)."""

    spec: DecisionSpec
    expand: Collection[str] = field(default_factory=tuple)
    explain: bool = False
    at: datetime | None = None


def decision_spec(
    serializer: type[WireSerializer], data: Any, *, redeemables: tuple[Requested, ...] | None = None
) -> ParsedDecision:
    """Parse a request body. `redeemables` replaces the list where the address names the only one.

    :raises InvalidPayload: wrong shape.
    """
    given = parse(serializer, data)
    requested = (
        tuple(replace(entry, **_paid(given), is_taken=True) for entry in redeemables)
        if redeemables
        else tuple(
            Requested(object=entry["object"], id=entry["id"], **_paid(entry))
            for entry in given["redeemables"]
        )
    )
    order = given.get("order")
    customer = given.get("customer") or (order or {}).get("customer")
    options = given.get("options") or {}
    spec = DecisionSpec(
        redeemables=requested,
        order=order_spec(order) if order is not None else None,
        customer=customer_spec(customer) if customer else None,
        metadata=given.get("metadata") or {},
        tracking_id=given.get("tracking_id") or "",
        strategy=Strategy(options.get("stacking") or Strategy.REQUESTED),
        session=_session(given.get("session")),
    )
    return ParsedDecision(
        spec=spec,
        expand=tuple(options.get("expand") or ()),
        explain=bool(options.get("explain")),
        at=options.get("at"),
    )


def _session(given: Mapping[str, Any] | None) -> SessionSpec | None:
    if not given:
        return None
    return SessionSpec(key=given.get("key") or "", ttl=given.get("ttl"), ttl_unit=given.get("ttl_unit"))


def _paid(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the card shall pay, and what for, where that was said."""
    reward = given.get("reward") or {}
    named = reward.get("assignment_id") or reward.get("id") or ""
    return {"credits": reward.get("points") or (given.get("gift") or {}).get("credits"), "reward": named}
