"""Points moved by hand that may need somebody's yes, and how that reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.urls import reverse

from approvals import registry
from approvals.registry import Arguments, FactType, Operation, Subject
from core import words
from loyalty.models import LoyaltyCard, PendingPoints
from loyalty.selectors import members, worth
from loyalty.services import balances, pending, transfers
from loyalty.services.transfers import Donation
from promotions.models import Voucher

CARD: Final = "loyalty_card"
_AS_BALANCE: Final = ("vouchers.adjust",)
type Content = Mapping[str, Any]


def register() -> None:
    operations = (
        ("adjust", "Change points", balances.adjust, _adjusted),
        ("transfer", "Move points", transfers.transfer, _transferred),
        ("activate_pending", "Make pending points usable", pending.activate, _activated),
        ("cancel_pending", "Cancel pending points", pending.cancel, _cancelled),
        ("adjust_pending", "Change pending points", pending.adjust, _changed),
    )
    for name, label, service, describe in operations:
        registry.register(
            Operation(
                name=f"loyalty_cards.{name}",
                label=label,
                permission="vouchers.modify",
                service=service,
                describe=describe,
                specs=(Donation,),
                touched=_touched,
                counts_as=_AS_BALANCE,
            )
        )
    registry.register_fact(
        FactType(name="points_change", label="Change of points", kind="number", phrase="the points change by")
    )
    registry.register_words(CARD, sentences)
    registry.register_page(CARD, _page)


def _adjusted(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """Points move with every purchase: a yes is to the change, not to what is left after it."""
    reason = arguments.get("reason", "")
    return _subject(arguments["card_id"], before, arguments["points"], {"reason": reason})


def _transferred(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    donations = arguments["donations"]
    given = {one.code: one.points for one in donations}
    reasons = ", ".join(dict.fromkeys(filter(None, (one.reason for one in donations))))
    return _subject(
        members.get(arguments["to"]).pk, before, sum(given.values()), {"from": given, "reason": reasons}
    )


def _activated(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    return _pending(arguments, before, "activate")


def _cancelled(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    return _pending(arguments, before, "cancel")


def _changed(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    return _pending(arguments, before, "change", arguments["points"], arguments.get("reason", ""))


def _pending(
    arguments: Arguments, before: Subject | None, verb: str, points: int | None = None, reason: str = ""
) -> Subject:
    row = PendingPoints._base_manager.filter(pk=arguments["pending_id"]).first()
    if row is None:
        return Subject(type=CARD, is_running=False)
    change = row.points if points is None else points
    return _subject(row.card_id, before, change, {"pending": verb, "reason": reason})


def _subject(card_id: int, before: Subject | None, points: int, more: Mapping[str, Any]) -> Subject:
    """`points` and `more` are said of what will be."""
    card = LoyaltyCard._base_manager.select_related("voucher").filter(pk=card_id).first()
    if card is None:
        return Subject(type=CARD, is_running=False)
    voucher = card.voucher
    is_after = before is not None
    change = points if is_after else 0
    facts: dict[str, Any] = {"points_change": abs(change)}
    course = worth.of([card.campaign_id]).get(card.campaign_id)
    if course is not None:
        facts["balance_change"] = abs(course.of(change))
    kept = {key: value for key, value in more.items() if value} if is_after else {}
    return Subject(
        type=CARD,
        id=voucher.public_id,
        label=voucher.code,
        content={"code": voucher.code, "points_change": change, **kept},
        facts=facts,
    )


def _touched(arguments: Arguments) -> Iterator[Iterable[str]]:
    """Where the programmes of all these cards apply."""
    for pk in _cards(arguments):
        rows = Voucher._base_manager.filter(pk=pk)
        yield from rows.values_list("campaign__places", flat=True)


def _cards(arguments: Arguments) -> Iterator[int]:
    if "card_id" in arguments:
        yield arguments["card_id"]
    if "to" in arguments:
        yield members.get(arguments["to"]).pk
        yield from (members.get(one.code).pk for one in arguments["donations"])
    if "pending_id" in arguments:
        rows = PendingPoints._base_manager.filter(pk=arguments["pending_id"])
        yield from rows.values_list("card", flat=True)


def _page(public_id: str) -> str:
    pk = Voucher.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    return "" if pk is None else reverse("admin:loyalty_loyaltycard_change", args=[pk])


_PENDING: Final = {"activate": "become usable now", "cancel": "are cancelled"}


def sentences(target_type: str, before: Content | None, after: Content | None) -> list[str]:
    """Adds 50 points. Reason: goodwill."""
    new = after or {}
    change = new.get("points_change") or 0
    number = words.count(abs(change), "point")
    verb = new.get("pending")
    if verb in _PENDING:
        said = [f"{words.count(abs(change), 'pending point')} {_PENDING[verb]}"]
    elif verb:
        said = [f"{'Adds' if change > 0 else 'Takes'} {words.count(abs(change), 'pending point')}"]
    elif given := new.get("from"):
        said = [f"{words.count(points, 'point')} come from card {code}" for code, points in given.items()]
    else:
        said = [f"{'Adds' if change > 0 else 'Takes away'} {number}"] if change else []
    return [*said, *([f"Reason: {new['reason']}"] if new.get("reason") else [])]
