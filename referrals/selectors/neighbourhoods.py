"""What is known when a referral is judged: a bounded number of questions, however large the shop is.

Contract: referrals 15.5. People are looked for by indexed keys (`commerce.person_keys`), and by fingerprints
among those who were in a referral before (`Referral.traits`); `judging` compares them closely.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Count, F, Min, Q, QuerySet, Value

from commerce import person_keys
from commerce.models import Customer, Order
from core import project
from referrals import traits
from referrals.attempts import Address, Attempt, Earlier, Link, Neighbourhood, Person
from referrals.models import Referral
from referrals.thresholds import Thresholds

MOST_EARLIER: Final = 200
MOST_ALIKE: Final = 50
_PAID: Final = (Order.Status.PAID, Order.Status.FULFILLED)


def attempt(
    *,
    referrer: Customer,
    referee: Customer,
    code: str,
    campaign_id: str,
    at: datetime,
    order: Order | None,
    limits: Thresholds,
) -> Attempt:
    """Both people as they are known now; orders of the referee before the attempt are counted. One query."""
    before = Order.objects.filter(customer=referee, status__in=_PAID, created_at__lt=at)
    if order is not None:
        before = before.exclude(pk=order.pk)
    counted = before.aggregate(count=Count("pk"), first=Min("created_at"))
    return Attempt(
        referrer=person(referrer, limits),
        referee=person(referee, limits, orders_count=counted["count"], first_order_at=counted["first"]),
        code=code,
        campaign_id=campaign_id,
        at=at,
        amount=(order.amount or 0) if order is not None else 0,
        dial_code=project.current().dial_code,
    )


def person(
    row: Customer,
    limits: Thresholds,
    *,
    orders_count: int | None = None,
    first_order_at: datetime | None = None,
) -> Person:
    return Person(
        id=row.public_id,
        created_at=row.created_at,
        source_id=row.source_id or "",
        name=row.name,
        email=row.email,
        phone=row.phone,
        address=Address(
            line_1=row.line_1,
            line_2=row.line_2,
            postal_code=row.postal_code,
            city=row.city,
            country=row.country,
        ),
        devices=traits.fingerprints(row.metadata, limits.device_keys),
        payments=traits.fingerprints(row.metadata, limits.payment_keys),
        orders_count=row.orders_count if orders_count is None else orders_count,
        first_order_at=first_order_at,
    )


def hashed(people: Iterable[Person]) -> list[str]:
    """Fingerprints of these, so that they are found again and say nothing to whoever reads them."""
    found = {
        hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()[:32]
        for one in people
        for kind, values in (("device", one.devices), ("payment", one.payments))
        for value in values
    }
    return sorted(found)


def around(attempt: Attempt, *, voucher_id: int, referrer: Customer, limits: Thresholds) -> Neighbourhood:
    """Earlier referrals of the referrer, who brought him, who shares something with either. Seven queries."""
    rows = Referral._base_manager.filter(referrer=referrer).select_related("referee").order_by("-pk")
    earlier = list(rows[:MOST_EARLIER])
    of_code = Referral._base_manager.filter(voucher=voucher_id, created_at__lte=attempt.at)
    paces = of_code.aggregate(
        in_hour=Count("pk", filter=Q(created_at__gt=attempt.at - timedelta(hours=1))),
        in_day=Count("pk", filter=Q(created_at__gt=attempt.at - timedelta(days=1))),
    )
    alike = _alike((attempt.referrer, attempt.referee))
    known = {attempt.referrer.id, attempt.referee.id}
    return Neighbourhood(
        earlier=tuple(
            Earlier(id=row.public_id, at=row.created_at, referee=person(row.referee, limits))
            for row in earlier
        ),
        links=tuple(_links(referrer.pk, limits.ring_depth)),
        persons=tuple(person(row, limits) for row in alike if row.public_id not in known),
        in_hour=paces["in_hour"],
        in_day=paces["in_day"],
    )


def _alike(people: Sequence[Person]) -> list[Customer]:
    """Some of those who share a mailbox, number, address or fingerprint with one of these."""
    present = Customer.objects.present()
    found: dict[int, Customer] = {}
    for rows in (*_by_key(present, people), _by_fingerprint(present, people)):
        found |= {row.pk: row for row in rows[:MOST_ALIKE]}
    return list(found.values())


def _by_key(present: QuerySet[Customer], people: Sequence[Person]) -> Iterable[QuerySet[Customer]]:
    emails = [one.email for one in people if one.email]
    phones = [one.phone for one in people if one.phone]
    homes = [
        person_keys.address_text(one.address.postal_code, one.address.line_1, one.address.line_2)
        for one in people
        if one.address.postal_code and one.address.line_1
    ]
    for values, of_column, of_value, has in (
        (emails, "email", person_keys.mailbox, person_keys.HAS_EMAIL),
        (phones, "phone", person_keys.phone_end, person_keys.HAS_PHONE),
        (homes, person_keys.ADDRESS, person_keys.home, person_keys.HAS_ADDRESS),
    ):
        if values:
            rows = present.alias(key=of_value(F(of_column) if isinstance(of_column, str) else of_column))
            same = Q()
            for value in values:
                same |= Q(key=of_value(Value(value)))
            yield rows.filter(same, has)


def _by_fingerprint(present: QuerySet[Customer], people: Sequence[Person]) -> Any:
    wanted = hashed(people)
    if not wanted:
        return []
    rows = Referral._base_manager.filter(traits__overlap=wanted).order_by("-pk")
    pairs = list(rows.values_list("referrer", "referee")[:MOST_ALIKE])
    return present.filter(pk__in={pk for pair in pairs for pk in pair})


_CHAIN: Final = """
WITH RECURSIVE up (depth, id, referrer_id, referee_id) AS (
    SELECT 1, row.id, row.referrer_id, row.referee_id FROM referrals_referral AS row
    WHERE row.referee_id = %(person)s AND row.state <> 'REFUSED'
    UNION
    SELECT up.depth + 1, row.id, row.referrer_id, row.referee_id
    FROM up JOIN referrals_referral AS row ON row.referee_id = up.referrer_id AND row.state <> 'REFUSED'
    WHERE up.depth < %(depth)s
)
SELECT row.public_id, referrer.public_id, referee.public_id
FROM (SELECT DISTINCT id FROM up LIMIT %(most)s) AS found
JOIN referrals_referral AS row ON row.id = found.id
JOIN commerce_customer AS referrer ON referrer.id = row.referrer_id
JOIN commerce_customer AS referee ON referee.id = row.referee_id
"""


def _links(customer_id: int, depth: int) -> Iterable[Link]:
    """Who brought him, and who brought those."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, {"person": customer_id, "depth": depth, "most": MOST_EARLIER})
        for referral, referrer, referee in cursor.fetchall():
            yield Link(id=referral, referrer_id=referrer, referee_id=referee)
