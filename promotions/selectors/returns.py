"""An order as the engine's `returns.quote` wants it: what was bought, decided and returned so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from commerce.models import Order, OrderItem
from commerce.selectors import orders
from engine import LineState, Outcome, RedeemableObject, Snapshot, Status
from engine.basket import OrderState, totals
from engine.returning.policy import Decision, ReturnPolicy
from engine.returning.purchase import Name
from engine.returning.quotes import Returned, ReturnQuote
from promotions.models import OrderReturn, Redemption, Version
from promotions.selectors.readable import known_names, spelled_out

_NOTHING = LineState(quantity=0, initial_quantity=0)


@dataclass(frozen=True, kw_only=True)
class Returnable:
    """`redemptions` are those that live on the order, by the name of their share in a quote."""

    order: Order
    lines: Sequence[OrderItem]
    state: OrderState
    decisions: tuple[Decision, ...]
    redemptions: Mapping[Name, Redemption]
    before: Returned

    def left(self, line: OrderItem) -> int:
        """Units of the line that can still come back."""
        return max(0, line.quantity - self.before.units.get(line.position, 0))

    @property
    def amount_left(self) -> int:
        """What can still come back of an order without lines."""
        return max(0, self.order.amount - self.before.amount)


def returnable(order: Order) -> Returnable:
    """A constant number of queries. Who wants to write a return holds the order."""
    lines = orders.lines_of(order)
    rows = list(
        Redemption.objects.filter(order=order, status=Redemption.Status.SUCCEEDED)
        .select_related("voucher", "campaign")
        .order_by("pk")
    )
    policies = _policies(rows)
    decisions, redemptions = [], {}
    for head in rows:
        if head.parent_id is not None or not head.snapshot or not head.outcome:
            continue
        outcome = Outcome.from_json(head.outcome)
        used = [row for row in rows if row.parent_id == head.pk] or [head]
        said = {}
        for step, row in zip(outcome.with_status(Status.APPLICABLE), used, strict=True):
            redemptions[head.public_id, step.object.value, step.key] = row
            said[RedeemableObject(step.object), step.key] = policies[row.pk]
        decisions.append(
            Decision(
                id=head.public_id,
                snapshot=Snapshot.from_json(head.snapshot),
                outcome=outcome,
                policies=said,
            )
        )
    return Returnable(
        order=order,
        lines=lines,
        state=_state(order, lines),
        decisions=tuple(decisions),
        redemptions=redemptions,
        before=Returned.by(quotes_of(order)),
    )


def with_names(quote: ReturnQuote, found: Returnable) -> ReturnQuote:
    """The quote with names instead of ids where it says which condition is lost; looks only then."""
    lost = {(one.request, one.object, one.key) for one in quote.redeemables if one.applies is False}
    if not lost:
        return quote
    names = known_names(
        candidate
        for decision in found.decisions
        for candidate in decision.snapshot.candidates
        if (decision.id, candidate.object, candidate.key) in lost
    )
    spelled = (replace(one, text=spelled_out(one.text, names)) for one in quote.redeemables)
    return replace(quote, redeemables=tuple(spelled))


def quotes_of(order: Order) -> list[ReturnQuote]:
    """What earlier returns of the order came to, oldest first."""
    rows = OrderReturn.objects.filter(order=order).order_by("pk")
    return [ReturnQuote.from_json(quote) for quote in rows.values_list("quote", flat=True)]


def of_order(order: Order) -> QuerySet[OrderReturn]:
    """The returns of an order, newest first."""
    return OrderReturn.objects.filter(order=order).select_related("order").order_by("-pk")


def _policies(rows: Sequence[Redemption]) -> dict[int, ReturnPolicy]:
    """Of every redemption: what its campaign said when it was redeemed; without a campaign KEEP."""
    ids = {pk for row in rows for pk in row.version_ids}
    versions = Version.objects.filter(pk__in=ids, subject_type=Version.Subject.CAMPAIGN)
    said = {
        (pk, campaign_id): content.get("return_policy")
        for pk, campaign_id, content in versions.values_list("pk", "subject_id", "content")
    }
    found = {}
    for row in rows:
        campaign = row.campaign
        if campaign is None:
            found[row.pk] = ReturnPolicy.KEEP
            continue
        then = [said[pk, campaign.pk] for pk in row.version_ids if (pk, campaign.pk) in said]
        found[row.pk] = ReturnPolicy(next(filter(None, then), campaign.return_policy))
    return found


def _state(order: Order, lines: Sequence[OrderItem]) -> OrderState:
    """The stored order with every line at its position; a line that a rollback took away is empty."""
    places = [_NOTHING] * (max((line.position for line in lines), default=-1) + 1)
    for line in lines:
        places[line.position] = LineState(
            quantity=line.quantity,
            initial_quantity=line.initial_quantity,
            price=line.price,
            amount=line.amount,
            initial_amount=line.initial_amount,
            discount_amount=line.discount_amount,
            subtotal_amount=line.subtotal_amount,
            discount_quantity=line.discount_quantity,
        )
    return totals(
        amount=order.amount,
        initial_amount=order.initial_amount,
        discount_amount=order.discount_amount,
        applied=0,
        lines=tuple(places),
    )
