"""A verdict that refuses as the contract's error. Contract: 2.2, 11.6, 11.7."""

from __future__ import annotations

from typing import Final

from engine.reasons import Reason, ReasonKey
from engine.rules.families import Group, customer
from engine.rules.remedies import remedy
from engine.rules.verdict import LeafVerdict, Verdict
from engine.rules.words import finding, requirement

_MESSAGES: Final = {
    ReasonKey.CUSTOMER_RULES: "customer does not match validation rules",
    ReasonKey.ORDER_RULES: "order does not match validation rules",
    ReasonKey.REDEMPTION_RULES: "redemption does not match validation rules",
    ReasonKey.MISSING_CUSTOMER: "customer is missing",
}
_SEGMENT_MESSAGE: Final = "customer does not match segment rules"
_NOUNS: Final = {
    "voucher": "Discount Coupon",
    "discount": "Discount Coupon",
    "gift": "Gift Card",
    "loyalty_card": "Loyalty Card",
    "promotion_tier": "Promotion Tier",
}


def refusal(verdict: Verdict, *, label: str, object: str = "voucher") -> Reason:
    """Why `label` (a code, a tier's name) is refused; the first failing leaf decides.

    `object` is "voucher", "gift", "loyalty_card" or "promotion_tier".

    :raises ValueError: the verdict does not refuse.
    """
    if verdict.holds:
        raise ValueError("the rules hold, so there is nothing to refuse")
    leaf = verdict.first_failing
    key = _key(leaf)
    says = "the bundle is not complete" if leaf is None else f"{requirement(leaf)}; {finding(leaf)}"
    if key is ReasonKey.REDEMPTION_RULES:
        noun = _NOUNS.get(object, _NOUNS["voucher"])
        violated = f"{noun} {label} cannot be redeemed because of violated validation rules"
        details = f"{violated}: {verdict.id}; {says}" if verdict.id else f"{violated}: {says}"
    else:
        details = f"{label}: {says}"
    is_segment = leaf is not None and leaf.name == customer.SEGMENT
    return Reason(
        key=key,
        message=_SEGMENT_MESSAGE if is_segment else _MESSAGES[key],
        details=details,
        remedy=remedy(verdict),
        resource_id=verdict.id or None,
        resource_type="validation_rules" if verdict.id else None,
        custom_message=_custom(leaf) or verdict.error,
    )


def _key(leaf: LeafVerdict | None) -> ReasonKey:
    if leaf is None:
        return ReasonKey.ORDER_RULES
    if leaf.is_customer_missing:
        return ReasonKey.MISSING_CUSTOMER
    return ReasonKey(Group(leaf.group).value)


def _custom(leaf: LeafVerdict | None) -> str | None:
    """The text of the rule itself, or of the subrule that lets it fail."""
    if leaf is None:
        return None
    below = (_custom(child) for child in leaf.children if child.holds is False)
    return next((text for text in below if text), None) or leaf.error
