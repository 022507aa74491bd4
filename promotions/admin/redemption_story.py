"""What happened in one redemption, told from the engine's stored decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core import words
from promotions.models import Redemption, Rollback
from promotions.words import in_money, refusal


@dataclass(frozen=True, kw_only=True)
class StoryStep:
    """`is_good`: it was applied."""

    title: str
    text: str
    is_good: bool


@dataclass(frozen=True, kw_only=True)
class Story:
    """`steps` in the order of application; `rollback` says who took it back and why."""

    summary: str
    steps: tuple[StoryStep, ...] = ()
    rollback: str = ""


def tell(redemption: Redemption) -> Story:
    """From the row that holds the decision: this one, or its parent. Three queries at most."""
    if redemption.status == Redemption.Status.FAILED:
        return Story(
            summary=f"{refusal(redemption.failure_code)}. Nothing was changed.",
            steps=(_refused(redemption),),
        )
    outcome = redemption.outcome or (redemption.parent.outcome if redemption.parent else None) or {}
    snapshot = redemption.snapshot or (redemption.parent.snapshot if redemption.parent else None) or {}
    labels = {
        (candidate.get("object"), candidate.get("key")): candidate.get("label") or candidate.get("key")
        for candidate in snapshot.get("candidates") or []
    }
    return Story(
        summary=_summary(outcome.get("order"), redemption),
        steps=tuple(_step(step, labels) for step in outcome.get("steps") or []),
        rollback=_rollback(redemption),
    )


def _summary(order: Mapping[str, Any] | None, redemption: Redemption) -> str:
    if not order or order.get("amount") is None:
        return "It was redeemed without an order."
    before = words.money(order["amount"])
    after = words.money(order.get("total_amount"))
    off = words.money(order.get("total_applied_discount_amount") or redemption.discount_amount)
    return f"An order of {before} became {after}: {off} off."


def _step(step: Mapping[str, Any], labels: Mapping[tuple[Any, Any], str]) -> StoryStep:
    credits = step.get("credits_taken")
    kind = "Code" if step.get("object") == "voucher" else "Promotion"
    kind = kind if credits is None else "Gift card"
    title = f"{kind} {labels.get((step.get('object'), step.get('key'))) or step.get('key')}"
    if step.get("status") != "APPLICABLE":
        reason = step.get("reason") or {}
        details = ". ".join(text for text in (reason.get("details"), reason.get("remedy")) if text)
        verb = "left out" if step.get("status") == "SKIPPED" else "refused"
        text = f"Was {verb}: {refusal(reason.get('key') or '')}. {in_money(details)}".strip()
        return StoryStep(title=title, text=text, is_good=False)
    order = step.get("order")
    if not order:
        text = "Was redeemed." if credits is None else f"Paid {words.money(credits)}."
        return StoryStep(title=title, text=text, is_good=True)
    off = words.money(order.get("total_applied_discount_amount") or 0)
    left = words.money(order.get("total_amount"))
    did = f"Took {off} off" if credits is None else f"Paid {words.money(credits)}"
    return StoryStep(title=title, text=f"{did}; {left} were left to pay.", is_good=True)


def _refused(redemption: Redemption) -> StoryStep:
    name = redemption.voucher_code or "it"
    if redemption.promotion_tier is not None:
        name = redemption.promotion_tier.name
    text = in_money(redemption.failure_message) or "Was refused."
    return StoryStep(title=name, text=text, is_good=False)


def _rollback(redemption: Redemption) -> str:
    if redemption.status != Redemption.Status.ROLLED_BACK:
        return ""
    answering = redemption.parent_id or redemption.pk
    found = Rollback.objects.filter(redemption_id__in=(redemption.pk, answering)).order_by("-pk").first()
    if found is None:
        return "It was taken back."
    reason = f" Reason: {found.reason}." if found.reason else ""
    return f"It was taken back on {words.when(found.rolled_back_at)}.{reason}"
