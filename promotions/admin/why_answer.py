"""What the page "Why?" shows: a decision and its explanations as cards of plain text. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from django.utils.safestring import SafeString

from core import words
from engine import OrderState, RedeemableObject, Status, Step
from engine.explain import ExplainedCondition, Explanation
from engine.reasons import ReasonKey
from promotions import extras
from promotions.admin import rows
from promotions.models import PromotionTier, Voucher
from promotions.selectors import similar_codes
from promotions.services.explanations import Explained, StoredDecision
from promotions.services.validations import Decision
from promotions.words import refusal

_VERDICTS: Final = {
    Status.APPLICABLE: ("Applies", "success", "good"),
    Status.INAPPLICABLE: ("Refused", "danger", "bad"),
    Status.SKIPPED: ("Left out", "warning", "out"),
}
_DEEPEST: Final = 3
# One that applies again as soon as the others are not there.
_CROWDED_OUT: Final = frozenset(
    {
        ReasonKey.EXCLUSION_RULES,
        ReasonKey.APPLICABLE_LIMIT,
        ReasonKey.APPLICABLE_PER_CATEGORY_LIMIT,
        ReasonKey.EXCLUSIVE_LIMIT,
        ReasonKey.EXCLUSIVE_PER_CATEGORY_LIMIT,
    }
)
_RULES: Final = frozenset({ReasonKey.CUSTOMER_RULES, ReasonKey.ORDER_RULES, ReasonKey.REDEMPTION_RULES})


@dataclass(frozen=True, kw_only=True)
class ConditionRow:
    """`depth` 0 is a condition itself, more are conditions on the lines that it found."""

    text: str
    found: str
    holds: bool | None
    remedy: str
    depth: int = 0


@dataclass(frozen=True, kw_only=True)
class LineRow:
    name: str
    units: str
    before: str
    discount: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Bill:
    """An order in figures. `lines` are empty where only an amount was asked about."""

    before: str
    discount: str
    after: str
    lines: tuple[LineRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Card:
    """One redeemable. `name` links to its page. `has_no_hint`: refused, and nothing is known to help.

    `clash_url`: where it is told that the campaigns get in each other's way.
    """

    kind: str
    name: str
    verdict: SafeString
    look: str
    sentence: str
    hint: str
    message: str
    has_no_hint: bool
    conditions: tuple[ConditionRow, ...]
    bill: Bill | None = None
    clash_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One request: its cards in the order of application, and the order after all of them."""

    cards: tuple[Card, ...]
    summary: str
    bill: Bill | None = None


def tell(explained: Explained, *, may_see_codes: bool) -> Answer:
    """`may_see_codes`: whether codes that look like an unknown one are named. One more query for each."""
    decision = explained.decision
    labels = {one.key: one.label for one in explained.explanations}
    steps = {(step.object, step.key): step for step in decision.outcome.steps}
    return Answer(
        cards=tuple(
            replace(
                _card(one, steps[one.object, one.key], _name(one, decision), labels, may_see_codes),
                clash_url=_clash_url(one, decision),
            )
            for one in explained.explanations
        ),
        summary=_summary(decision),
        bill=_bill(decision.outcome.order, _line_names(decision)),
    )


def stored_cards(decision: StoredDecision) -> tuple[Card, ...]:
    """The cards of what was decided once: in the names of then."""
    labels = {one.key: one.label for one in decision.explanations}
    steps = {(step.object, step.key): step for step in decision.outcome.steps}
    return tuple(
        _card(one, steps[one.object, one.key], one.label, labels, False) for one in decision.explanations
    )


def _card(
    one: Explanation,
    step: Step,
    name: str,
    labels: dict[str, str],
    may_see_codes: bool,
) -> Card:
    verdict, colour, look = _VERDICTS[one.status]
    displaced_by = tuple(labels.get(key, key) for key in one.displaced_by)
    is_code = one.object is RedeemableObject.VOUCHER
    is_unknown = one.reason is not None and one.reason.key is ReasonKey.NOT_FOUND
    found = similar_codes.find(one.key) if is_code and is_unknown and may_see_codes else None
    hint = _guess(found) if is_unknown else _hint(one, displaced_by)
    return Card(
        kind="Code" if is_code else "Promotion",
        name=name,
        verdict=words.label(verdict, colour),
        look=look,
        sentence=_unknown(one, found) if is_unknown else _sentence(one, displaced_by),
        hint=hint,
        has_no_hint=not hint and one.status is Status.INAPPLICABLE and not is_unknown,
        message=(one.reason.custom_message or "") if one.reason else "",
        conditions=() if is_unknown else tuple(_rows(one.conditions, hint)),
        bill=_step_bill(step),
    )


def _clash_url(one: Explanation, decision: Decision) -> str:
    """Where those that crowd it out are of campaigns that collide with its own."""
    if one.reason is None or one.reason.key not in _CROWDED_OUT:
        return ""
    campaigns = {key: found.campaign for (_, key), found in decision.loaded.by_key.items() if found.campaign}
    own = campaigns.get(one.key)
    others = [campaigns[key].pk for key in one.displaced_by if key in campaigns]
    return "" if own is None else extras.clash_url(own.pk, others)


def _name(one: Explanation, decision: Decision) -> str:
    found = decision.loaded.by_key.get((one.object.value, one.key))
    row = found.row if found else None
    if isinstance(row, Voucher):
        return rows.voucher_link(row)
    if isinstance(row, PromotionTier):
        return rows.tier_link(row)
    return one.label


def _unknown(one: Explanation, found: similar_codes.Similar | None) -> str:
    if one.object is not RedeemableObject.VOUCHER:
        return "There is no such promotion any more."
    if found is not None and found.deleted_at is not None:
        return f"The code {one.key} was deleted on {words.day(found.deleted_at)}."
    return f"There is no code {one.key}."


def _sentence(one: Explanation, displaced_by: tuple[str, ...]) -> str:
    """VIP cannot be used: it is not for this customer. Not met: customer is in segment VIP (none)."""
    if one.reason is None:
        return one.sentence
    verb = "is left out" if one.status is Status.SKIPPED else "cannot be used"
    parts = [f"{one.label} {verb}: {_small(refusal(one.reason.key))}."]
    if one.reason.key in _RULES:
        unmet = [_unmet(condition) for condition in one.conditions if condition.holds is False]
        parts.append(f"Not met: {'; '.join(unmet)}." if unmet else "")
    if displaced_by:
        parts.append(f"Because of {', '.join(displaced_by)}.")
    return " ".join(part for part in parts if part)


def _unmet(condition: ExplainedCondition) -> str:
    """The condition, and what was found where it failed: deepest, there the figure is."""
    failing = condition
    while below := [child for child in failing.children if child.holds is False]:
        failing = below[0]
    return f"{_small(condition.text)} ({failing.found})" if failing.found else _small(condition.text)


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _hint(one: Explanation, displaced_by: tuple[str, ...]) -> str:
    """What a person would do; the engine's own words where it knows more."""
    key = one.reason.key if one.reason else None
    if displaced_by and key in _CROWDED_OUT:
        return f"Use it without {', '.join(displaced_by)}"
    if displaced_by and key is ReasonKey.PRECEDING_VALIDATION:
        return f"Use it without {', '.join(displaced_by)}, or make that one apply"
    return one.remedy or ""


def _guess(found: similar_codes.Similar | None) -> str:
    if found is None or not found.codes:
        return ""
    return f"Perhaps {' or '.join(found.codes)} is meant: {found.difference}"


def _summary(decision: Decision) -> str:
    outcome = decision.outcome
    applied = len(outcome.with_status(Status.APPLICABLE))
    others = len(outcome.steps) - applied
    if outcome.gap:
        return (
            "The search for the best set stopped early: at most "
            f"{words.money(outcome.gap)} more could be saved."
        )
    if not outcome.valid and applied:
        return "Nothing of this request is granted: all of its codes must apply together."
    if len(outcome.steps) < 2:
        return ""
    return f"{applied} of {applied + others} apply."


def _rows(conditions: Iterable[ExplainedCondition], hint: str, depth: int = 0) -> Iterator[ConditionRow]:
    """`hint` stands above the table already: it is not said twice."""
    for one in conditions:
        yield ConditionRow(
            text=one.text[:1].upper() + one.text[1:],
            found=one.found[:1].upper() + one.found[1:],
            holds=one.holds,
            remedy="" if one.remedy is None or one.remedy == hint else one.remedy,
            depth=min(depth, _DEEPEST),
        )
        yield from _rows(one.children, hint, depth + 1)


def _line_names(decision: Decision) -> list[str]:
    basket = decision.loaded.snapshot.basket
    lines = (*(basket.lines if basket else ()), *decision.outcome.added)
    return [line.name or line.source_id or "" for line in lines]


def _step_bill(step: Step) -> Bill | None:
    """What this one takes off, after those before it."""
    order = step.order
    if order is None or order.total_amount is None or not order.total_applied_discount_amount:
        return None
    return Bill(
        before=words.money(order.total_amount + order.total_applied_discount_amount),
        discount=words.money(order.total_applied_discount_amount),
        after=words.money(order.total_amount),
    )


def _bill(order: OrderState | None, names: list[str]) -> Bill | None:
    if order is None or order.amount is None:
        return None
    lines = tuple(
        LineRow(
            name=names[index] if index < len(names) else "",
            units=words.number(line.quantity),
            before=words.money(line.amount),
            discount=words.money(line.discount_amount) if line.discount_amount else words.NOTHING,
            after=words.money(line.subtotal_amount),
        )
        for index, line in enumerate(order.lines)
    )
    return Bill(
        before=words.money(order.amount),
        discount=words.money(order.total_discount_amount),
        after=words.money(order.total_amount),
        lines=lines,
    )
