"""What a service would find around an attempt, from what happened before it; nothing of what comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from referrals import traits
from referrals.attempts import Attempt, Earlier, Link, Neighbourhood, Person
from referrals.findings import Judgement, Outcome
from referrals.judging import judge
from referrals.thresholds import Thresholds
from tests.referrals.histories import Referral

_NEWEST = 200
_SHARING = 50


class Past:
    """Indexes of a shop's referrals so far."""

    def __init__(self) -> None:
        self._persons: dict[str, Person] = {}
        self._by_trait: dict[str, dict[str, None]] = defaultdict(dict)
        self._earlier: dict[str, list[Earlier]] = defaultdict(list)
        self._brought: dict[str, list[Link]] = defaultdict(list)
        self._times: dict[str, list[datetime]] = defaultdict(list)

    def around(self, attempt: Attempt, *, depth: int = 6) -> Neighbourhood:
        times = self._times[attempt.code]
        hour, day = (attempt.at - timedelta(hours=hours) for hours in (1, 24))
        return Neighbourhood(
            earlier=tuple(self._earlier[attempt.referrer.id][-_NEWEST:]),
            links=tuple(self._up(attempt.referrer.id, depth)),
            persons=tuple(self._sharing(attempt)),
            in_hour=sum(at > hour for at in times),
            in_day=sum(at > day for at in times),
        )

    def add(self, referral: Referral, outcome: Outcome) -> None:
        attempt = referral.attempt
        for person in (attempt.referrer, attempt.referee):
            self._persons[person.id] = person
            for key in _keys(person, attempt.dial_code):
                self._by_trait[key][person.id] = None
        # He has ordered now, whatever became of the referral.
        self._persons[attempt.referee.id] = _bought(attempt)
        self._times[attempt.code].append(attempt.at)
        self._earlier[attempt.referrer.id].append(
            Earlier(id=referral.id, at=attempt.at, referee=attempt.referee)
        )
        if outcome is not Outcome.REFUSE:
            link = Link(id=referral.id, referrer_id=attempt.referrer.id, referee_id=attempt.referee.id)
            self._brought[attempt.referee.id].append(link)

    def _up(self, person: str, depth: int) -> Iterator[Link]:
        front, seen = {person}, {person}
        for _ in range(depth):
            links = [link for each in sorted(front) for link in self._brought[each]]
            yield from links
            front = {link.referrer_id for link in links} - seen
            seen |= front

    def _sharing(self, attempt: Attempt) -> Iterable[Person]:
        found: dict[str, None] = {}
        for person in (attempt.referrer, attempt.referee):
            for key in _keys(person, attempt.dial_code):
                found |= dict.fromkeys(list(self._by_trait.get(key, ()))[:_SHARING])
        return [self._persons[key] for key in found]


def walk(
    history: Iterable[Referral], limits: Thresholds | None = None
) -> Iterator[tuple[Referral, Neighbourhood, Judgement]]:
    """Judge a history in order of time, each referral knowing those before it."""
    limits, past = limits or Thresholds(), Past()
    for referral in history:
        around = past.around(referral.attempt, depth=limits.ring_depth)
        judgement = judge(referral.attempt, around, limits)
        yield referral, around, judgement
        past.add(referral, judgement.outcome)


def _bought(attempt: Attempt) -> Person:
    referee = attempt.referee
    return replace(
        referee, orders_count=referee.orders_count + 1, first_order_at=referee.first_order_at or attempt.at
    )


def _keys(person: Person, dial_code: str) -> list[str]:
    own = traits.of(person, dial_code)
    found = [
        f"{kind}:{key}"
        for kind, key in (("mailbox", own.mailbox), ("phone", own.phone), ("address", own.address))
        if key
    ]
    found += sorted(f"device:{key}" for key in own.devices)
    return found + sorted(f"payment:{key}" for key in own.payments)
