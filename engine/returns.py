"""What a customer gets back for a part of an order: exact to the cent, in any order of returns.

Every figure is a function of all that is back after the return, minus what earlier returns gave, and never
negative. So whatever the order and the sizes of the returns: together they never exceed what was paid, and
when everything is back they are exactly what was paid.

After a return the rest costs what its lines cost with the discounts that stay as they are (KEEP, and
CHARGE_BACK whose conditions still hold), minus what is calculated anew (REEVALUATE); a discount that does not
hold any more counts nothing. The refund is what was paid minus that. The rest is judged in one evaluation of
all that applied then (`returning.rest`), whatever the policies are: each redeemable reads its own answer
there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.basket import OrderState
from engine.effects import ReplaceItems
from engine.money import allocate, clamp
from engine.returning import words
from engine.returning.policy import Decision, ReturnPolicy
from engine.returning.purchase import Name, Purchase, Share, purchase
from engine.returning.quotes import (
    LineQuote,
    RedeemableQuote,
    Returned,
    ReturnQuote,
    TakenBack,
    units_back,
)
from engine.returning.rest import Again, Kept, decide_again, units_of
from engine.unit_limits import article_of

__all__ = ["Decision", "ReturnPolicy", "ReturnQuote", "Returned", "purchase", "quote"]


class NotReturnable(ValueError):
    """More is returned than there is, a line that is not there, or nothing at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """The purchase with what was back before and what is back after this return, line by line."""

    bought: Purchase
    back_before: tuple[int, ...]
    back: tuple[int, ...]
    again: Mapping[Name, Again]

    @property
    def is_complete(self) -> bool:
        return all(units == line.quantity for units, line in zip(self.back, self.bought.lines, strict=True))

    def gone(self, share: Share) -> int:
        """What the redeemable took off the units that are back."""
        lines = zip(share.parts, self.back, self.bought.lines, strict=True)
        return sum(part * units // line.quantity for part, units, line in lines)

    def kept(self, share: Share) -> int:
        """What it took off the units that are kept."""
        return sum(share.parts) - self.gone(share)

    def is_decided_again(self, share: Share) -> bool:
        """Does another discount than its part of the kept units count from now on?

        An upgrade (REPLACE_ITEMS) cannot be calculated anew, its units are what they are: it holds or not.
        """
        again = self.again.get(share.name)
        if again is None or share.policy is ReturnPolicy.KEEP:
            return False
        if share.policy is ReturnPolicy.CHARGE_BACK or isinstance(share.candidate.discount, ReplaceItems):
            return not again.applies
        return True

    def stays(self, share: Share) -> int:
        """What the kept units have of it from now on; never more than it gave at all."""
        if not self.is_decided_again(share):
            return self.kept(share)
        again = self.again[share.name]
        return min(again.discount, sum(share.parts)) if again.applies else 0


def quote(
    *,
    order: OrderState,
    decisions: Sequence[Decision] = (),
    before: Returned | None = None,
    returning: Mapping[int, int] | None = None,
    returning_amount: int = 0,
) -> ReturnQuote:
    """What is refunded and taken back when `returning` units (by position of the line) come back.

    `order` is the order as it stands, its lines at their positions; `decisions` are those that live on it,
    oldest first; `before` are its earlier returns. `returning_amount` is for an order without lines: a part
    of its amount before discounts.

    :raises NotReturnable: more than there is, a line that is not there, or nothing.
    """
    before = before or Returned()
    bought = purchase(order, decisions)
    case = _case(bought, order, decisions, before, dict(returning or {}), returning_amount)
    due = _due(case)
    target = clamp(due, 0, bought.paid)
    refund = max(0, target - before.refunded)
    tenders = _by_tender(case, target, before, refund)
    cards = [share for share in bought.shares if share.is_payment]
    to_cards = {share.name: amount for share, amount in zip(cards, tenders, strict=False)}
    return ReturnQuote(
        lines=_lines(case, refund),
        redeemables=tuple(_redeemable(case, share, before, to_cards) for share in bought.shares),
        refund=refund,
        money=tenders[-1],
        paid=bought.paid,
        refunded_before=before.refunded,
        uncovered=max(0, before.refunded - due),
        is_complete=case.is_complete,
    )


def _case(
    bought: Purchase,
    order: OrderState,
    decisions: Sequence[Decision],
    before: Returned,
    returning: dict[int, int],
    amount: int,
) -> _Case:
    back_before, back = [], []
    for line in bought.lines:
        was = before.amount if line.position is None else before.units.get(line.position, 0)
        asked = amount if line.position is None else returning.pop(line.position, 0)
        possible = max(0, line.quantity - was)
        if not 0 <= asked <= possible:
            raise NotReturnable(f"line {line.position}: {possible} can be returned, not {asked}")
        back_before.append(min(was, line.quantity))
        back.append(back_before[-1] + asked)
    if any(returning.values()):
        raise NotReturnable(f"no line at {sorted(returning)}")
    if back == back_before:
        raise NotReturnable("nothing is returned")
    units = {
        line.position: line.quantity - gone
        for line, gone in zip(bought.lines, back, strict=True)
        if line.position is not None
    }
    kept = Kept(order=order, units=units, returned=bought.returned_value(back))
    again: dict[Name, Again] = {}
    for index, decision in enumerate(decisions):
        mine = [share for share in bought.shares if share.decision is decision]
        if any(share.policy is not ReturnPolicy.KEEP for share in mine):
            found = decide_again(decisions, index, kept)
            again |= {share.name: found[share.step.object, share.step.key] for share in mine}
    return _Case(bought=bought, back_before=tuple(back_before), back=tuple(back), again=again)


def _due(case: _Case) -> int:
    """What is to be refunded in all, when so much is back: what was paid minus what the rest costs."""
    bought = case.bought
    if case.is_complete:
        return bought.paid
    costs = 0
    again = [share for share in bought.shares if case.is_decided_again(share)]
    for place, line in enumerate(bought.lines):
        base = line.paid + sum(share.parts[place] for share in again)
        costs += base - base * case.back[place] // line.quantity
    costs -= sum(case.stays(share) for share in again)
    return bought.paid - costs


def _by_tender(case: _Case, target: int, before: Returned, refund: int) -> list[int]:
    """`refund` by who paid: every card in turn, then money. Each gets at most what is left of its part.

    What was paid for a unit goes back to whom it came from; what a discount makes more or less of it is
    shared in proportion.
    """
    cards = [share for share in case.bought.shares if share.is_payment]
    paid, due = [0] * (len(cards) + 1), [0] * (len(cards) + 1)
    for place, (line, units) in enumerate(zip(case.bought.lines, case.back, strict=True)):
        parts = [card.parts[place] for card in cards]
        parts.append(line.paid - sum(parts))
        for tender, (part, share) in enumerate(
            zip(parts, _portions(line.paid_for(units), parts), strict=True)
        ):
            paid[tender] += part
            due[tender] += share
    more = target - sum(due)
    if more > 0:
        extra = allocate(more, [whole - part for whole, part in zip(paid, due, strict=True)])
        due = [part + one for part, one in zip(due, extra, strict=True)]
    elif more < 0:
        less = allocate(-more, due)
        due = [part - one for part, one in zip(due, less, strict=True)]
    given = [before.taken_back.get(card.name, TakenBack()).refund for card in cards] + [before.money]
    return allocate(refund, [max(0, part - was) for part, was in zip(due, given, strict=True)])


def _portions(done: int, parts: Sequence[int]) -> list[int]:
    """`done` of the sum of `parts`, split over them: none ever shrinks or exceeds its part as `done` grows.

    Each takes its part of what the ones before it left, floored, so that the last one takes the rest.
    """
    whole, found = sum(parts), []
    for part in parts:
        share = done * part // whole if whole else 0
        found.append(share)
        done -= share
        whole -= part
    return found


def _lines(case: _Case, refund: int) -> tuple[LineQuote, ...]:
    """The lines that come back; the refund is shared in proportion to what was paid for their units."""
    places = [place for place, units in enumerate(case.back) if units != case.back_before[place]]
    lines = [case.bought.lines[place] for place in places]
    units = [case.back[place] - case.back_before[place] for place in places]
    shares = [
        line.paid_for(case.back[place]) - line.paid_for(case.back_before[place])
        for line, place in zip(lines, places, strict=True)
    ]
    refunds = allocate(refund, shares if any(shares) else units)
    return tuple(
        LineQuote(
            position=line.position,
            quantity=number,
            of=line.quantity,
            returned_before=case.back_before[place],
            paid=line.paid,
            share=share,
            refund=part,
            text=words.line_text(line, number, share),
        )
        for place, line, number, share, part in zip(places, lines, units, shares, refunds, strict=True)
    )


def _redeemable(case: _Case, share: Share, before: Returned, to_cards: Mapping[Name, int]) -> RedeemableQuote:
    was = before.taken_back.get(share.name, TakenBack())
    again = case.again.get(share.name)
    kept = 0 if case.is_complete else case.kept(share)
    stays = 0 if case.is_complete else case.stays(share)
    refund = to_cards.get(share.name, 0)
    taken = _taken_back(case, share, was, stays, refund)
    charged_before = max(0, before.charged_back.get(share.name, 0))
    if share.is_payment:
        text = words.card_text(share, taken.credits, refund)
    else:
        text = words.discount_text(
            share,
            again if case.is_decided_again(share) else None,
            kept=kept,
            stays=stays,
            charged_before=charged_before,
            is_complete=case.is_complete,
        )
    is_asked = again is not None and not share.is_payment and not case.is_complete
    return RedeemableQuote(
        request=share.decision.id,
        object=share.step.object,
        key=share.step.key,
        label=share.label,
        policy=None if share.is_payment else share.policy,
        applies=again.applies if is_asked and again is not None else None,
        kept_discount=stays,
        charged_back=kept - stays,
        taken_back=taken,
        text=text,
    )


def _taken_back(case: _Case, share: Share, was: TakenBack, stays: int, refund: int) -> TakenBack:
    """Everything that was recorded when all is back; else what the kept units do not have any more."""
    if case.is_complete:
        discount, value = share.discount, share.order_value
        credits = share.step.credits_taken or 0
    else:
        discount = was.discount + refund if share.is_payment else sum(share.parts) - stays
        returned, whole = case.bought.returned_value(case.back)
        value = share.order_value * returned // whole if whole else 0
        paid = sum(share.parts)
        credits = (share.step.credits_taken or 0) * (was.refund + refund) // paid if paid else 0
    units = _units_back(case, share)
    earlier = {(part.entry, part.article): part.units for part in was.units}
    return TakenBack(
        discount=max(0, discount - was.discount),
        order_value=max(0, value - was.order_value),
        credits=max(0, credits - was.credits),
        refund=refund,
        units=units_back({name: max(0, count - earlier.get(name, 0)) for name, count in units.items()}),
    )


def _units_back(case: _Case, share: Share) -> dict[tuple[str, str], int]:
    """Discounted units that do not count any more, in proportion to the units of their article."""
    recorded = units_of(share.step)
    if not recorded or case.is_complete:
        return dict(recorded)
    if case.is_decided_again(share):
        again = units_of(case.again[share.name].step)
        return {name: max(0, units - again[name]) for name, units in recorded.items()}
    basket = share.decision.snapshot.basket
    facts = (*(() if basket is None else basket.lines), *share.decision.outcome.added)
    found = {}
    for (entry, article), units in recorded.items():
        bought = back = 0
        for line, gone in zip(case.bought.lines, case.back, strict=True):
            if line.position is None or line.position >= len(facts):
                continue
            if article_of(facts[line.position]) == article:
                bought += line.quantity
                back += gone
        found[entry, article] = units * back // bought if bought else 0
    return found
