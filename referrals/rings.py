"""Referrals that come round, and several accounts of one person around one code. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from referrals import likeness
from referrals.attempts import Attempt, Earlier, Link, Person
from referrals.findings import Sign
from referrals.likeness import IsCrowded
from referrals.thresholds import Thresholds
from referrals.traits import Traits

CLUSTER: Final = "cluster"


def ancestors(attempt: Attempt, links: Iterable[Link], depth: int) -> dict[str, tuple[Link, ...]]:
    """Who brought the referrer, who brought that one ...: customer -> the links from him to the referrer.

    The shortest way each; among equals that of the smallest ids, so that the order of `links` means nothing.
    """
    brought: dict[str, list[Link]] = {}
    for link in sorted(set(links), key=lambda each: (each.referrer_id, each.id)):
        brought.setdefault(link.referee_id, []).append(link)
    ways: dict[str, tuple[Link, ...]] = {attempt.referrer.id: ()}
    front = [attempt.referrer.id]
    for _ in range(depth):
        found = []
        for person in front:
            for link in brought.get(person, ()):
                if link.referrer_id not in ways:
                    ways[link.referrer_id] = (link, *ways[person])
                    found.append(link.referrer_id)
        front = found
    del ways[attempt.referrer.id]
    return ways


def signs(
    attempt: Attempt,
    *,
    ways: Mapping[str, tuple[Link, ...]],
    persons: Mapping[str, Person],
    traits_of: Mapping[str, Traits],
    limits: Thresholds,
    is_crowded: IsCrowded,
) -> list[Sign]:
    """`ways`: see `ancestors`; `persons`: those of them about whom something is known."""
    way = ways.get(attempt.referee.id)
    if way is not None:
        customers = {link.referrer_id for link in way} | {link.referee_id for link in way}
        message = (
            "The referrer was brought by the new customer."
            if len(way) == 1
            else f"The referral closes a circle of {len(way) + 1} customers who brought each other."
        )
        return [
            Sign(
                key="ring",
                points=limits.ring,
                message=message,
                customers=customers,
                referrals=_of_one_home(way, traits_of, attempt, is_crowded, limits),
                count=len(way) + 1,
                taints=True,
            )
        ]
    own = traits_of[attempt.referee.id]
    alike: set[str] = set()
    tainted: set[str] = set()
    for ancestor in ways:
        if ancestor in persons:
            shared = likeness.signs(own, traits_of[ancestor], limits, is_crowded)
            if likeness.score(shared) >= limits.hold_at:
                alike.add(ancestor)
                tainted.update(link.id for link in ways[ancestor])
    if not alike:
        return []
    message = "The new customer seems to be the same person as somebody who brought the referrer here."
    return [
        Sign(
            key="chain_of_one",
            points=limits.chain_of_one,
            message=message,
            customers=alike,
            referrals=tainted,
            taints=True,
        )
    ]


def cluster(
    attempt: Attempt,
    *,
    earlier: Iterable[Earlier],
    traits_of: Mapping[str, Traits],
    limits: Thresholds,
    is_crowded: IsCrowded,
) -> list[Sign]:
    """What the new customer shares with others whom this referrer brought before."""
    own = traits_of[attempt.referee.id]
    mailbox, payment, device = [], [], []
    for each in earlier:
        other = traits_of[each.referee.id]
        if own.mailbox and own.mailbox == other.mailbox and not is_crowded("mailbox", own.mailbox):
            mailbox.append(each)
        if own.payments & other.payments or (own.phone and own.phone == other.phone):
            payment.append(each)
        if any(not is_crowded("device", each_device) for each_device in own.devices & other.devices):
            device.append(each)
    found = []
    if mailbox:
        message = "The referrer already brought a customer with the same mailbox."
        found.append(_shared("shared_email", limits.shared_email, message, mailbox))
    if payment:
        message = "The referrer already brought a customer with the same card or phone number."
        found.append(_shared("shared_payment", limits.shared_payment, message, payment))
    if len({each.referee.id for each in device}) >= limits.shared_device_from:
        message = f"{len(device)} customers whom the referrer brought before use the same device."
        found.append(_shared("shared_device", limits.shared_device, message, device))
    return found


def _shared(key: str, points: int, message: str, others: list[Earlier]) -> Sign:
    return Sign(
        key=key,
        points=points,
        message=message,
        kind=CLUSTER,
        customers=[each.referee.id for each in others],
        referrals=[each.id for each in others],
        count=len(others),
        taints=True,
    )


def _of_one_home(
    way: tuple[Link, ...],
    traits_of: Mapping[str, Traits],
    attempt: Attempt,
    is_crowded: IsCrowded,
    limits: Thresholds,
) -> list[str]:
    """Links of a circle whose people share something with who closes it. Those of strangers were in order."""
    own = traits_of[attempt.referee.id]
    return [
        link.id
        for link in way
        if link.referee_id in traits_of
        and likeness.signs(own, traits_of[link.referee_id], limits, is_crowded)
    ]
