"""Whether the new customer is one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from referrals import traits
from referrals.attempts import Attempt, Person
from referrals.findings import Sign
from referrals.likeness import IsCrowded
from referrals.thresholds import Thresholds
from referrals.traits import Traits


def signs(
    attempt: Attempt,
    *,
    others: Iterable[Person],
    traits_of: Mapping[str, Traits],
    limits: Thresholds,
    is_crowded: IsCrowded,
) -> list[Sign]:
    """`others`: customers who have nothing to do with this referrer."""
    referee = attempt.referee
    found = []
    if _has_ordered(referee, attempt):
        message = "The new customer had ordered before this referral."
        found.append(Sign(key="has_ordered", points=limits.has_ordered, message=message))
    if attempt.at - referee.created_at > timedelta(days=limits.old_account_days):
        days = (attempt.at - referee.created_at).days
        message = f"The new customer's account was {days} days old when it was referred."
        found.append(Sign(key="old_account", points=limits.old_account, message=message, count=days))
    same: list[str] = []
    like: list[str] = []
    own = traits_of[referee.id]
    for other in others:
        if _has_ordered(other, attempt):
            grade = _likeness(own, traits_of[other.id], is_crowded)
            if grade:
                (same if grade > 1 else like).append(other.id)
    if same:
        message = "The new customer seems to have ordered before, with another account."
        points = limits.ordered_before
        found.append(Sign(key="ordered_before", points=points, message=message, customers=same))
    elif like:
        message = "The new customer has the phone number or card of a customer who ordered before."
        points = limits.has_other_account
        found.append(Sign(key="has_other_account", points=points, message=message, customers=like))
    return found


def _has_ordered(person: Person, attempt: Attempt) -> bool:
    first = person.first_order_at
    return person.orders_count > 0 and (first is None or first < attempt.at)


def _likeness(one: Traits, other: Traits, is_crowded: IsCrowded) -> int:
    """2: one person; 1: perhaps, or two of one household; 0: not so."""
    if one.mailbox and one.mailbox == other.mailbox:
        return 2
    is_named_alike = traits.is_same_name(one.name, other.name) or bool(one.stem and one.stem == other.stem)
    if (one.phone and one.phone == other.phone) or one.payments & other.payments:
        return 2 if is_named_alike else 1
    is_home = one.address and one.address == other.address and not is_crowded("address", one.address)
    is_home = is_home or any(not is_crowded("device", device) for device in one.devices & other.devices)
    return 2 if is_named_alike and is_home else 0
