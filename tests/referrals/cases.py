"""Two people and what is around them, to be changed by one trait at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from referrals.attempts import Address, Attempt, Earlier, Link, Neighbourhood, Person
from referrals.findings import Judgement
from referrals.judging import judge
from referrals.thresholds import Thresholds

NOW = datetime(2026, 4, 2, 18, 30, tzinfo=UTC)
HOME = Address(line_1="ul. Długa 5/3", postal_code="00-123", city="Warszawa", country="PL")


def person(number: int, **more: Any) -> Person:
    """Somebody who shares nothing with those of other numbers; he opened his account this afternoon."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number:05d}")
    given: dict[str, Any] = {
        "id": f"cust_{number}",
        "source_id": f"shop-{number}",
        "created_at": NOW - timedelta(hours=5),
        "name": f"Given{letters} Family{letters}",
        "email": f"{letters}@mail.example",
        "phone": f"+48600{number:06d}",
        "address": Address(line_1=f"Polna {number}", postal_code="00-123", city="Warszawa", country="PL"),
        "devices": frozenset({f"dev-{number}"}),
        "payments": frozenset({f"card-{number}"}),
    }
    return Person(**(given | more))


def customer(number: int, **more: Any) -> Person:
    """Somebody who ordered before."""
    joined = NOW - timedelta(days=300)
    given: dict[str, Any] = {"created_at": joined, "orders_count": 4, "first_order_at": joined}
    return person(number, **(given | more))


REFERRER = customer(1)
REFEREE = person(2)


def attempt(referee: Person = REFEREE, *, referrer: Person = REFERRER, **more: Any) -> Attempt:
    return Attempt(
        referrer=referrer,
        referee=referee,
        code="REF-1",
        campaign_id="camp_1",
        amount=12_000,
        dial_code="+48",
        **({"at": NOW} | more),
    )


def like_referrer(**traits: Any) -> Attempt:
    """The new customer has these traits; those named without a value, by True, are the referrer's."""
    taken = {name: getattr(REFERRER, name) if value is True else value for name, value in traits.items()}
    return attempt(replace(REFEREE, **taken))


def judged(made: Attempt, limits: Thresholds | None = None, **around: Any) -> Judgement:
    return judge(made, Neighbourhood(**around), limits or Thresholds())


def keys(judgement: Judgement) -> list[str]:
    return [finding.key for finding in judgement.findings]


def earlier(number: int, *, before: timedelta, **more: Any) -> Earlier:
    """A referral of the referrer, so long before now; the account was opened an hour before that."""
    at = NOW - before
    referee = person(number, **({"created_at": at - timedelta(hours=1)} | more))
    return Earlier(id=f"rfrl_{number}", at=at, referee=referee)


def link(referrer: int, referee: int) -> Link:
    return Link(id=f"rfrl_{referee}", referrer_id=f"cust_{referrer}", referee_id=f"cust_{referee}")
