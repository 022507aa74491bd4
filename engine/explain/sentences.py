"""One redeemable in one or two sentences."""

from __future__ import annotations

from engine.outcome import Status, Step
from engine.snapshot import Candidate
from engine.summary import Names, phrases
from engine.summary.budgets import amount

_VERBS = {Status.INAPPLICABLE: "cannot be used", Status.SKIPPED: "is left out"}


def sentence(candidate: Candidate, step: Step, names: Names) -> str:
    """SUMMER cannot be used: it starts on … Works from Friday 27 November 09:00."""
    label = candidate.label or candidate.key
    if step.status is Status.APPLICABLE:
        return f"{label} applies{_gain(step, names)}{_cut(step, names)}."
    reason = step.reason
    if reason is None:
        return f"{label} {_VERBS[step.status]}."
    why = reason.custom_message or _without_label(reason.details or reason.message, label)
    parts = [f"{label} {_VERBS[step.status]}: {why}", reason.remedy or ""]
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _without_label(text: str, label: str) -> str:
    """Reasons begin with what they are about, which the sentence has just said."""
    for beginning, instead in ((f"{label}: ", ""), (f"{label} ", "it ")):
        if text.startswith(beginning):
            return instead + text.removeprefix(beginning)
    return text


def _gain(step: Step, names: Names) -> str:
    order = step.order
    if order is None or order.amount is None:
        return ""
    free = sum(line.applied_discount_quantity for line in order.lines)
    gained = []
    if order.total_applied_discount_amount:
        gained.append(f"takes {names.money(order.total_applied_discount_amount)} off")
    if free:
        gained.append(f"makes {free} {'unit' if free == 1 else 'units'} free")
    return f" and {' and '.join(gained)}" if gained else ", but changes nothing on this order"


def _cut(step: Step, names: Names) -> str:
    """, instead of 5.00 EUR: budget Black Friday had no more left"""
    if not step.cut:
        return ""
    wanted = phrases.listed(
        list(dict.fromkeys(amount(one.measure, one.wanted, names) for one in step.cut)), phrases.AND
    )
    called = [f"budget {one.name}" for one in step.cut]
    return f", instead of {wanted}: {phrases.listed(called, phrases.AND)} had no more left"
