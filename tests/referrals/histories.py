"""Seeded histories of referrals, honest and abusive, each with its label; in order of time.

Written from descriptions of what people do, before there was a judge, and not changed to please it. About one
referral in ten is an abuse:

- SELF: one person with two accounts, or with one. Half write another form of the same mailbox, the others
  take a second one; most keep phone, card, device, home or name, none of them surely.
- RING: two to six accounts that refer each other in a circle. Four of ten rings are friends, real and new
  customers, and only what closes the circle is an abuse. The others are one person's, and all is.
- BOT: one referrer, ten to forty accounts made by a program, by a clock or in a rush, on few devices.
- RETURNING: a customer who ordered before, with the old account or another one.

The honest: friends (and their friends), families at one address under one name (few share a card or a
number), flat shares, colleagues who order to the office within a lunch, and writers whose link many read.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from referrals.attempts import Address, Attempt, Person
from tests.referrals.people import Town, plain

BEGAN: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAYS: Final = 120


class Kind(StrEnum):
    FRIEND = "friends"
    FAMILY = "families"
    FLAT = "flat shares"
    OFFICE = "colleagues in one office"
    POPULAR = "links read by many"
    SELF = "self-referral"
    RING = "rings"
    BOT = "bots"
    RETURNING = "returning customers"


HONEST: Final = (Kind.FRIEND, Kind.FAMILY, Kind.FLAT, Kind.OFFICE, Kind.POPULAR)
ABUSE: Final = (Kind.SELF, Kind.RING, Kind.BOT, Kind.RETURNING)


@dataclass(frozen=True, kw_only=True)
class Referral:
    """One attempt and the truth about it. `group`: the family, ring or swarm it belongs to."""

    id: str
    kind: Kind
    group: int
    attempt: Attempt

    @property
    def is_abuse(self) -> bool:
        return self.kind in ABUSE


def referrals(seed: int, *, scale: int = 1) -> list[Referral]:
    """Four months of one shop, some 1,500 referrals for each `scale`, the oldest first."""
    history = _History(random.Random(seed))
    for number, grow in _CROWDS:
        for _ in range(number * scale):
            grow(history)
    return sorted(history.found, key=lambda one: (one.attempt.at, one.id))


class _History:
    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.town = Town(draw)
        self.found: list[Referral] = []
        self._groups = 0

    def group(self) -> int:
        self._groups += 1
        return self._groups

    def moment(self) -> datetime:
        """By day rather than by night."""
        day = timedelta(days=self.draw.randrange(DAYS))
        return BEGAN + day + timedelta(seconds=int(self.draw.triangular(-2, 14, 9) * 3600))

    def later(self, at: datetime, days: int) -> datetime:
        return at + timedelta(seconds=self.draw.randrange(3600, days * 86_400))

    def customer(self, at: datetime, surname: str = "", address: Address | None = None) -> Person:
        """Somebody who bought before `at`."""
        joined = at - timedelta(days=self.draw.randrange(20, 900))
        person = self.town.person(created_at=joined, surname=surname, address=address)
        first = joined + timedelta(minutes=self.draw.randrange(1, 20_000))
        return replace(person, orders_count=self.draw.randrange(1, 12), first_order_at=first)

    def newcomer(self, at: datetime, surname: str = "", address: Address | None = None) -> Person:
        return self.town.person(created_at=self.town.joined(at), surname=surname, address=address)

    def tell(self, kind: Kind, group: int, referrer: Person, referee: Person, at: datetime) -> None:
        attempt = Attempt(
            referrer=referrer,
            referee=referee,
            code=f"REF-{referrer.id}",
            campaign_id="camp_1",
            at=at,
            amount=self.draw.randrange(1500, 30_000),
            channel=self.draw.choice(("web", "web", "app", "store")),
            dial_code="+48",
        )
        number = f"rfrl_{len(self.found) + 1}"
        self.found.append(Referral(id=number, kind=kind, group=group, attempt=attempt))


def bought(person: Person, at: datetime) -> Person:
    """After his first order."""
    return replace(person, orders_count=person.orders_count + 1, first_order_at=person.first_order_at or at)


def _friends(history: _History) -> None:
    """One brings some, and some of those bring theirs."""
    at = history.moment()
    group, waiting = history.group(), [(history.customer(at), at)]
    while waiting:
        referrer, at = waiting.pop()
        for _ in range(min(6, 1 + int(history.draw.expovariate(1.2)))):
            at = history.later(at, 20)
            friend = history.newcomer(at)
            history.tell(Kind.FRIEND, group, referrer, friend, at)
            if history.town.chance(0.2):
                waiting.append((bought(friend, at), at))


def _family(history: _History) -> None:
    """One name, mostly one address; a computer for all in one of four, a card or a landline in few."""
    at = history.moment()
    group, home = history.group(), history.town.address()
    first = history.customer(at, address=home)
    surname = first.name.partition(" ")[2]
    members = [first]
    for _ in range(history.draw.choices((1, 2, 3, 4), (50, 30, 15, 5))[0]):
        at = history.later(at, 30)
        called = surname if history.town.chance(0.85) else ""
        member = history.newcomer(at, called, home if history.town.chance(0.9) else None)
        if history.town.chance(0.25):
            member = replace(member, devices=member.devices | first.devices)
        if history.town.chance(0.02):
            member = replace(member, payments=first.payments)
        if history.town.chance(0.01):
            member = replace(member, phone=history.town.phone_written(first.phone) if first.phone else "")
        referrer = history.draw.choice(members) if history.town.chance(0.2) else first
        history.tell(Kind.FAMILY, group, referrer, member, at)
        members.append(bought(member, at))


def _flat(history: _History) -> None:
    """Two to six under one roof, with names, mailboxes, cards and mostly devices of their own."""
    at = history.moment()
    group, home = history.group(), history.town.address()
    mates = [history.customer(at, address=home)]
    for _ in range(history.draw.choices((1, 2, 3, 4, 5), (45, 25, 15, 10, 5))[0]):
        at = history.later(at, 30)
        mate = history.newcomer(at, address=home)
        referrer = history.draw.choice(mates)
        if history.town.chance(0.08):
            mate = replace(mate, devices=mate.devices | referrer.devices)
        history.tell(Kind.FLAT, group, referrer, mate, at)
        mates.append(bought(mate, at))


def _office(history: _History) -> None:
    """One tells the others at lunch, or over weeks; many order to the office and write from its mailboxes."""
    at = history.moment()
    group, home = history.group(), replace(history.town.address(), line_2="Office")
    domain = f"firm{group}.example"
    teller = history.customer(at, address=home)
    at_lunch = history.town.chance(0.5)
    for _ in range(history.draw.randrange(3, 16)):
        at += timedelta(seconds=history.draw.randrange(40, 900)) if at_lunch else timedelta(days=2)
        colleague = history.newcomer(at, address=home if history.town.chance(0.6) else None)
        given, _, surname = colleague.name.partition(" ")
        if history.town.chance(0.6):
            mail = f"{plain(given)}.{plain(surname)}.{colleague.id[5:]}@{domain}"
            colleague = replace(colleague, email=mail)
        history.tell(Kind.OFFICE, group, teller, colleague, at)


def _popular(history: _History) -> None:
    """A link in a blog: most come on the first day."""
    at = history.moment()
    group, writer = history.group(), history.customer(at)
    for _ in range(history.draw.randrange(15, 50)):
        when = at + timedelta(seconds=int(history.draw.expovariate(1 / (20 * 3600))))
        history.tell(Kind.POPULAR, group, writer, history.newcomer(when), when)


type Shares = Sequence[tuple[str, float]]


@dataclass(frozen=True, kw_only=True)
class _Habits:
    """What somebody with several accounts does with each trait, by share."""

    email: Shares
    phone: Shares = (("same", 0.45), ("none", 0.35), ("other", 0.2))
    address: Shares = (("same", 0.8), ("none", 0.15), ("other", 0.05))
    name: Shares = (("same", 0.6), ("varied", 0.25), ("other", 0.15))
    devices: Shares = (("same", 0.7), ("none", 0.15), ("other", 0.15))
    payments: Shares = (("same", 0.6), ("none", 0.2), ("other", 0.2))


_ALONE: Final = _Habits(email=(("alias", 0.55), ("second", 0.38), ("other", 0.07)))
_PUPPETS: Final = _Habits(
    email=(("alias", 0.35), ("second", 0.4), ("other", 0.25)),
    phone=(("same", 0.35), ("none", 0.4), ("other", 0.25)),
    name=(("same", 0.35), ("varied", 0.3), ("other", 0.35)),
)


def _second_account(history: _History, person: Person, at: datetime, habits: _Habits) -> Person:
    town = history.town
    other = history.newcomer(at)
    address = {"same": town.written(person.address), "none": Address(), "other": other.address}
    return replace(
        other,
        email={
            "alias": town.alias(person.email),
            "second": town.second_mailbox(person.email),
            "other": other.email,
        }[town.one_of(habits.email)],
        phone={"same": town.phone_written(person.phone), "none": "", "other": other.phone}[
            town.one_of(habits.phone) if person.phone else "other"
        ],
        address=address[town.one_of(habits.address)] if person.address != Address() else other.address,
        name={"same": person.name, "varied": town.name_written(person.name), "other": other.name}[
            town.one_of(habits.name)
        ],
        devices={"same": person.devices, "none": frozenset[str](), "other": other.devices}[
            town.one_of(habits.devices)
        ],
        payments={"same": person.payments, "none": frozenset[str](), "other": other.payments}[
            town.one_of(habits.payments)
        ],
    )


def _self(history: _History) -> None:
    """Once, or a few times."""
    at = history.moment()
    group, person = history.group(), history.customer(at)
    if history.town.chance(0.07):
        history.tell(Kind.SELF, group, person, person, at)
        return
    for _ in range(history.draw.choices((1, 2, 3), (75, 15, 10))[0]):
        at = history.later(at, 10)
        history.tell(Kind.SELF, group, person, _second_account(history, person, at, _ALONE), at)


def _ring(history: _History) -> None:
    at = history.moment()
    group, size = history.group(), history.draw.randrange(2, 7)
    is_friends = history.town.chance(0.4)
    first = history.customer(at) if history.town.chance(0.7) else history.newcomer(at)
    members = [first]
    for _ in range(size - 1):
        at = history.later(at, 8)
        if is_friends:
            member, kind = history.newcomer(at), Kind.FRIEND
        else:
            member, kind = _second_account(history, first, at, _PUPPETS), Kind.RING
        history.tell(kind, group, members[-1], member, at)
        members.append(bought(member, at))
    at = history.later(at, 8)
    history.tell(Kind.RING, group, members[-1], first, at)


def _bots(history: _History) -> None:
    """A program: by a clock with some jitter, or as fast as it can."""
    at = history.moment()
    group, referrer = history.group(), history.customer(at)
    town, draw = history.town, history.draw
    devices = [town.device() for _ in range(draw.choice((1, 2, 4, 12)))]
    cards = [town.card() for _ in range(draw.choice((1, 3, 8, 40)))]
    drops = [town.address() for _ in range(draw.choice((1, 2, 5)))]
    domain = draw.choice(("gmail.com", "mailnest.example", "outlook.com"))
    step = draw.choice((7, 45, 180, 600, 3600))
    by_clock = town.chance(0.6)
    for _ in range(draw.randrange(10, 41)):
        pause = step * draw.uniform(0.95, 1.05) if by_clock else draw.expovariate(1 / step)
        at += timedelta(seconds=1 + int(pause))
        account = town.person(created_at=at - timedelta(seconds=draw.randrange(1, 20)))
        given, _, surname = account.name.partition(" ")
        history.tell(
            Kind.BOT,
            group,
            referrer,
            replace(
                account,
                email=f"{plain(given)}{plain(surname)}{draw.randrange(10_000)}@{domain}",
                devices=frozenset({draw.choice(devices)}) if town.chance(0.8) else account.devices,
                payments=frozenset({draw.choice(cards)}),
                address=town.written(draw.choice(drops)),
            ),
            at,
        )


def _returning(history: _History) -> None:
    at = history.moment()
    group, referrer, known = history.group(), history.customer(at), history.customer(at)
    if history.town.chance(0.6):
        history.tell(Kind.RETURNING, group, referrer, known, at)
        return
    # How the shop knows the old account: he was referred once himself, by somebody else.
    before = known.created_at
    old = replace(known, orders_count=0, first_order_at=None)
    history.tell(Kind.FRIEND, group, history.customer(before), old, before + timedelta(minutes=5))
    history.tell(Kind.RETURNING, group, referrer, _second_account(history, known, at, _ALONE), at)


_CROWDS: Final = (
    (440, _friends),
    (130, _family),
    (90, _flat),
    (14, _office),
    (4, _popular),
    (36, _self),
    (14, _ring),
    (2, _bots),
    (22, _returning),
)
