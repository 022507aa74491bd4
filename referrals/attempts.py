"""What is known when a referral is judged: the two people, and what happened around them. Pure.

A service fills these with a bounded number of queries; `judging` needs nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engine.codec import Data


@dataclass(frozen=True, kw_only=True)
class Address(Data):
    """A postal address as the shop told it."""

    line_1: str = ""
    line_2: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class Person(Data):
    """A customer. `id` is the public one; `orders_count` are paid orders before the attempt, without its own.

    `devices` and `payments` are fingerprints from the metadata, see `traits.fingerprints`.
    """

    id: str
    created_at: datetime
    source_id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    address: Address = field(default_factory=Address)
    devices: frozenset[str] = frozenset()
    payments: frozenset[str] = frozenset()
    orders_count: int = 0
    first_order_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Attempt(Data):
    """Somebody converts with the code of somebody else. `amount`: his order, in minor units.

    `dial_code` of the project completes phone numbers without country.
    """

    referrer: Person
    referee: Person
    code: str
    campaign_id: str
    at: datetime
    amount: int = 0
    channel: str = ""
    dial_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Earlier(Data):
    """A referral of the same referrer before the attempt, whatever became of it."""

    id: str
    at: datetime
    referee: Person


@dataclass(frozen=True, kw_only=True)
class Link(Data):
    """A referral that was not refused: who brought whom."""

    id: str
    referrer_id: str
    referee_id: str


@dataclass(frozen=True, kw_only=True)
class Neighbourhood(Data):
    """What surrounds an attempt. The order of all lists means nothing.

    - `earlier`: referrals of the referrer, the newest if there are many.
    - `links`: who brought the referrer, who brought that one, and so on, any campaign.
    - `persons`: others who share a mailbox, phone number, address or fingerprint with either side. Where a
      trait belongs to very many (a parcel shop, a till), some of them do: `judging` leaves such traits out.
    - `in_hour`, `in_day`: attempts with the code in the hour and in the 24 hours before this one.
    """

    earlier: tuple[Earlier, ...] = ()
    links: tuple[Link, ...] = ()
    persons: tuple[Person, ...] = ()
    in_hour: int = 0
    in_day: int = 0
