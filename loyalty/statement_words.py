"""A line of a card's ledger as a bank statement says it: what happened, with what, and why so many points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commerce.models import Order
from core import words
from loyalty import programme_words
from loyalty.models import Earning, PointsTransaction

_Type, _Account = PointsTransaction.Type, PointsTransaction.Account


@dataclass(frozen=True, kw_only=True)
class Said:
    """`order` and `card` (a code) are what the line can lead to."""

    what: str
    why: str = ""
    order: Order | None = None
    code: str = ""

    @property
    def text(self) -> str:
        """All of it in one line, for files."""
        named = f" {self.order or self.code}".rstrip()
        return f"{self.what}{named}{f': {self.why}' if self.why else ''}"


def say(line: PointsTransaction) -> Said:
    if line.account == _Account.WRITTEN_OFF:
        order = line.earning.order if line.earning is not None else None
        what = "Debt written off" if order is None else "Debt written off of order"
        return Said(what=what, why="The points were spent before the goods came back", order=order)
    if line.account == _Account.REVERSED:
        return _taken_back(line)
    kind = line.type
    if kind in (_Type.ACCRUAL, _Type.ACTIVATION):
        return _earned(line)
    if kind in (_Type.REDEMPTION, _Type.REFUND):
        return _spent(line)
    if kind in (_Type.TRANSFER_IN, _Type.TRANSFER_OUT):
        other = line.related.voucher.code if line.related is not None else _other(line)
        direction = "from" if kind == _Type.TRANSFER_IN else "to"
        return Said(what=f"Moved {direction} card", code=other, why=line.reason)
    if kind == _Type.ISSUED:
        return Said(what="Points for joining")
    if kind == _Type.EXPIRATION:
        return Said(what="Expired unused", why=line.reason)
    verb = "Added" if kind == _Type.ADDITION else "Taken away"
    by = f" by {line.source}" if line.source and line.source != PointsTransaction.AUTOMATION else ""
    return Said(what=f"{verb}{by}", why=line.reason)


def _other(line: PointsTransaction) -> str:
    for name in ("source_voucher", "destination_voucher"):
        found = line.details.get(name)
        if isinstance(found, Mapping) and found.get("code"):
            return str(found["code"])
    return ""


def _earned(line: PointsTransaction) -> Said:
    earning = line.earning
    if earning is None:
        return Said(what="Earned", why=line.reason)
    verb = "Usable now, earned" if line.type == _Type.ACTIVATION else "Earned"
    what = f"{verb} with order" if earning.order is not None else f"{verb}: {_cause(earning)}"
    return Said(what=what, why=basis(earning, line.details), order=earning.order)


def _cause(earning: Earning) -> str:
    said = programme_words.trigger(earning.rule, {})
    return said.removeprefix("When ").strip()


def basis(earning: Earning, details: Mapping[str, Any] | None = None) -> str:
    """Why so many: 1 point for every 1.00 EUR paid after discounts: 42.70 EUR, × 1.5 for Gold.

    As it was when they were given, whatever the rule says today. `details` of the line name the tier.
    """
    found: Mapping[str, Any] = earning.basis or {}
    tier = ((details or {}).get("loyalty_tier") or {}).get("name", "")
    said = [_calculated(found, earning)]
    if found.get("multiplier") is not None:
        said.append(f"× {found['multiplier']} for {tier or 'the tier'}")
    elif tier:
        said.append(f"as for {tier}")
    if found.get("limit") is not None:
        said.append(f"limited to {programme_words.points(found['limit'])}")
    return ", ".join(said)


def _calculated(found: Mapping[str, Any], earning: Earning) -> str:
    rule: Mapping[str, Any] = earning.rule.loyalty
    if "points" not in found:
        return programme_words.ratio(rule, {})
    metric, every = str(found.get("metric", "")), found.get("every")
    if metric not in programme_words.METRICS or not every:
        return programme_words.points(found["points"])
    group, field, is_money, _ = programme_words.METRICS[metric]
    kept = programme_words.metric(rule) if rule.get("calculation_type") == metric else {}
    value = {"property": kept.get("property", ""), "every": every, "points": found["points"]}
    said = programme_words.ratio(
        {"type": "PROPORTIONAL", "calculation_type": metric, group: {field: value}}, {}
    )
    counted = found.get("value")
    if counted is None:
        return said
    return f"{said}: {words.money(counted) if is_money else words.number(counted)}"


def _spent(line: PointsTransaction) -> Said:
    redemption = line.redemption
    order = redemption.order if redemption is not None else None
    reward = getattr(redemption, "reward_redemption", None) if redemption is not None else None
    is_back = line.type == _Type.REFUND
    if reward is not None and reward.reward.type != reward.reward.Type.COIN:
        automatic = ", redeemed by itself" if reward.is_automatic else ""
        tier = f", priced for {reward.tier.name}" if reward.tier is not None else ""
        return Said(
            what=f"{'Given back: ' if is_back else 'Reward: '}{reward.reward.name}{automatic}{tier}",
            why=line.reason,
        )
    what = "Given back of order" if is_back else "Paid order"
    return Said(what=what if order is not None else what.removesuffix(" order"), order=order, why=line.reason)


def _taken_back(line: PointsTransaction) -> Said:
    order = line.order_return.order if line.order_return is not None else None
    if order is None and line.earning is not None:
        order = line.earning.order
    what = "Points taken back" if order is None else "Points taken back of order"
    return Said(what=what, order=order, why=line.reason)
