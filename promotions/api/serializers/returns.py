"""Returns on the wire. Goes beyond the contract; money is in minor units, unknown properties are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.exceptions import ValidationError

from commerce.models import OrderItem
from core.api.fields import AmountField, BooleanField, IntegerField, ListField, MetadataField, TextField
from core.instants import format_instant
from engine.returning.quotes import LineQuote, RedeemableQuote, ReturnQuote
from promotions.api.serializers.budgets import ExactInput
from promotions.models import OrderReturn
from promotions.services.returns import Quoted, ReturnedItem, ReturnSpec

MOST_ITEMS = 500
_NAMES = ("id", "position", "sku_id", "product_id", "source_id")


class ReturnedItemInput(ExactInput):
    """`quantity` units of one line (`id`, `position`) or article (`sku_id`, `product_id`, `source_id`)."""

    quantity = IntegerField(lowest=1, highest=10**9)
    id = TextField(required=False, max_length=64)
    position = IntegerField(required=False, lowest=0, highest=10_000)
    sku_id = TextField(required=False, max_length=255)
    product_id = TextField(required=False, max_length=255)
    source_id = TextField(required=False, max_length=255)

    def validate(self, attrs: Any) -> Any:
        named = [name for name in _NAMES if name in attrs]
        if len(named) != 1:
            raise ValidationError(f"say by exactly one of {', '.join(_NAMES)} what comes back")
        return attrs


class ReturnInput(ExactInput):
    items = ListField(child=ReturnedItemInput(), required=False, max_length=MOST_ITEMS)
    amount = AmountField(required=False)
    reason = TextField(required=False, allow_null=True, max_length=500)
    metadata = MetadataField(required=False, allow_null=True)
    dry_run = BooleanField(required=False)


def return_spec(given: dict[str, Any]) -> ReturnSpec:
    """What `ReturnInput` read."""
    return ReturnSpec(
        items=tuple(ReturnedItem(**item) for item in given.get("items") or ()),
        amount=given.get("amount"),
        reason=given.get("reason") or "",
        metadata=given.get("metadata") or {},
    )


def return_output(row: OrderReturn, lines: Sequence[OrderItem]) -> dict[str, Any]:
    """One return; `lines` are those of its order."""
    return {
        "id": row.public_id,
        "object": "order_return",
        "order_id": row.order.public_id,
        "created_at": format_instant(row.returned_at),
        "reason": row.reason or None,
        "metadata": row.metadata,
        "dry_run": False,
        **_quote(ReturnQuote.from_json(row.quote), lines),
        "channel": {"channel_id": row.channel_id, "channel_type": row.channel_type},
    }


def quoted_output(quoted: Quoted) -> dict[str, Any]:
    """What a dry run answers: the return without an id."""
    return {
        "id": None,
        "object": "order_return",
        "order_id": quoted.order.public_id,
        "dry_run": True,
        **_quote(quoted.quote, quoted.lines),
    }


def _quote(quote: ReturnQuote, lines: Sequence[OrderItem]) -> dict[str, Any]:
    by_position = {line.position: line for line in lines}
    return {
        "refund_amount": quote.money,
        "credits_amount": quote.refund - quote.money,
        "total_refund_amount": quote.refund,
        "paid_amount": quote.paid,
        "refunded_before_amount": quote.refunded_before,
        "uncovered_amount": quote.uncovered,
        "complete": quote.is_complete,
        "items": [_line(line, by_position) for line in quote.lines],
        "redeemables": [_redeemable(one) for one in quote.redeemables],
        "explanation": list(quote.texts),
    }


def _line(line: LineQuote, lines: dict[int, OrderItem]) -> dict[str, Any]:
    figures = {
        "quantity": line.quantity,
        "bought_quantity": line.of,
        "returned_before_quantity": line.returned_before,
        "paid_amount": line.share,
        "refund_amount": line.refund,
        "explanation": line.text,
    }
    if line.position is None:
        return {"object": "order_amount", **figures}
    stored = lines.get(line.position)
    identity = {
        "id": stored.public_id if stored else None,
        "position": line.position,
        "product_id": stored.product.public_id if stored and stored.product else None,
        "sku_id": stored.sku.public_id if stored and stored.sku else None,
        "source_id": stored.source_id or None if stored else None,
    }
    return {"object": "order_item", **identity, **figures}


def _redeemable(one: RedeemableQuote) -> dict[str, Any]:
    back = one.taken_back
    return {
        "redemption_id": one.request,
        "object": one.object.value,
        "id": one.key,
        "return_policy": one.policy.value if one.policy else None,
        "applies": one.applies,
        "kept_discount_amount": one.kept_discount,
        "charged_back_amount": one.charged_back,
        "taken_back": {
            "discount_amount": back.discount,
            "order_amount": back.order_value,
            "credits": back.credits,
            "credits_amount": back.refund,
            "units": [
                {"entry": part.entry, "article": part.article, "quantity": part.units} for part in back.units
            ],
        },
        "explanation": one.text or None,
    }
