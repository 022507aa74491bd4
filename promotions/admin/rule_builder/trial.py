"""The panel "Test it" beside a rule: the question into a request, the answer condition by condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError

from commerce.selectors.orders import ItemSpec, OrderSpec, by_reference
from core.actors import Actor
from core.admin.condition_builder.question import Question
from engine.explain import ExplainedCondition
from promotions.admin.pickers import Kind
from promotions.rule_words import Document
from promotions.selectors.budgets_in_force import USUAL_STORE_FIELD
from promotions.services import rule_trials
from promotions.services.validations import DecisionSpec

# What a shop would do, as somebody does who asks on a page.
_HERE: Final = {
    "Send the order": "Put something into the basket",
    "Say who the customer is": "Choose a customer",
}
_NO_USES: Final = "Conditions on uses count from none, as for a promotion that nobody has used yet."


def answer(document: Document, question: Question, *, actor: Actor, now: datetime) -> Mapping[str, Any]:
    """What the page shows.

    :raises ValidationError, DomainError: it cannot be asked like this.
    """
    tried = rule_trials.ask(document=document, spec=spec_of(question), actor=actor, now=question.at or now)
    met = sum(one.holds is True for one in tried.conditions)
    number = len(tried.conditions)
    if not number:
        verdict = "There is no condition: it holds for everybody."
    else:
        verdict = f"{'Holds' if tried.holds else 'Does not hold'}: {met} of {number} conditions are met."
    return {
        "holds": tried.holds,
        "verdict": verdict,
        "rows": list(_rows(tried.conditions)),
        "note": _NO_USES if tried.counters else "",
    }


def spec_of(question: Question) -> DecisionSpec:
    """:raises ValidationError: a line names no product. :raises NotFound: there is no such order."""
    who = question.who.partition(":")
    return DecisionSpec(
        redeemables=(),
        order=_order(question),
        customer={"id": who[2]} if who[0] == Kind.CUSTOMER and who[2] else None,
        metadata={USUAL_STORE_FIELD: question.store} if question.store else {},
    )


def _order(question: Question) -> OrderSpec | None:
    if question.order:
        return OrderSpec(id=by_reference(question.order).public_id)
    if question.lines:
        return OrderSpec(items=tuple(_item(value, units) for value, units in question.lines))
    return None if question.amount is None else OrderSpec(amount=question.amount)


def _item(value: str, units: int) -> ItemSpec:
    kind, _, key = value.partition(":")
    if kind not in (Kind.PRODUCT, Kind.SKU) or not key:
        raise ValidationError("Choose the products of the basket from the list.")
    return (
        ItemSpec(product_id=key, quantity=units)
        if kind == Kind.PRODUCT
        else ItemSpec(sku_id=key, quantity=units)
    )


def _rows(conditions: Iterable[ExplainedCondition], depth: int = 0) -> Iterator[dict[str, Any]]:
    for one in conditions:
        yield {
            "text": _large(one.text),
            "found": f"Found: {one.found}" if one.found else "",
            "holds": one.holds,
            "remedy": _HERE.get(one.remedy or "", one.remedy or ""),
            "depth": depth,
        }
        yield from _rows(one.children, depth + 1)


def _large(text: str) -> str:
    return text[:1].upper() + text[1:]
