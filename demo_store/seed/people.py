"""Who shops there. Invented names; addresses under example domains."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from commerce.models import Customer, Segment, SegmentMembership
from commerce.services import customers, segments
from commerce.services.customer_specs import CustomerSpec
from commerce.services.segments import SegmentSpec
from core import audit
from core.actors import Actor

COUNT: Final = 160
_FIRST: Final = [
    "Ada",
    "Amelie",
    "Anna",
    "Arne",
    "Bela",
    "Birte",
    "Caro",
    "Dario",
    "Edda",
    "Elin",
    "Emil",
    "Fenna",
    "Finn",
    "Greta",
    "Hanna",
    "Henrik",
    "Ida",
    "Ilja",
    "Jana",
    "Janek",
    "Jonas",
    "Kaja",
    "Lasse",
    "Lena",
    "Levi",
    "Linus",
    "Lotte",
    "Maja",
    "Malte",
    "Marta",
    "Mats",
    "Mila",
    "Nele",
    "Nils",
    "Oskar",
    "Paula",
    "Piet",
    "Rosa",
    "Runa",
    "Selma",
    "Sven",
    "Thea",
    "Tilda",
    "Tomek",
    "Ulla",
    "Vera",
    "Wanda",
    "Yannik",
    "Zofia",
]
_LAST: Final = [
    "Adler",
    "Anders",
    "Baltes",
    "Behrens",
    "Bosch",
    "Dahl",
    "Ebert",
    "Falk",
    "Frost",
    "Gerlach",
    "Haas",
    "Holm",
    "Iversen",
    "Jansen",
    "Kessler",
    "Kowal",
    "Lange",
    "Lund",
    "Madsen",
    "Nowak",
    "Olsen",
    "Petersen",
    "Quist",
    "Reimer",
    "Sander",
    "Sommer",
    "Thorn",
    "Ulrich",
    "Vogt",
    "Wolska",
    "Zander",
]
_CITIES: Final = ("Gdańsk", "Sopot", "Gdynia", "Kraków", "Warszawa", "Poznań", "Wrocław", "Szczecin")
_TIERS: Final = ("bronze", "bronze", "bronze", "silver", "silver", "gold")


def load(*, random: Random, actor: Actor, now: datetime) -> list[Customer]:
    """The customers, oldest first, and segments of them: three lists and two that follow their conditions."""
    people = [_make(number, random, actor, now) for number in range(1, COUNT + 1)]
    _segment("VIP", [one for one in people if one.metadata["tier"] == "gold"], actor, now)
    _segment("Newsletter", [one for one in people if one.metadata["newsletter"]], actor, now)
    _segment("Staff", people[:6], actor, now)
    _followed(
        "Gold in Gdańsk", {"metadata.tier": {"$is": "gold"}, "address.city": {"$is": "Gdańsk"}}, actor, now
    )
    _followed("Three orders or more", {"summary.orders.total_count": {"$more_than_equal": 3}}, actor, now)
    return people


def _make(number: int, random: Random, actor: Actor, now: datetime) -> Customer:
    first, last = random.choice(_FIRST), random.choice(_LAST)
    born = now.date() - timedelta(days=random.randrange(20 * 365, 75 * 365))
    return customers.upsert(
        spec=CustomerSpec(
            source_id=f"customer-{number:04}",
            values={
                "name": f"{first} {last}",
                "email": f"{first}.{last}.{number}@mail.example".lower(),
                "phone": f"+48 500 {number:03} {random.randrange(100, 1000)}",
                "city": random.choice(_CITIES),
                "country": "PL",
                "birthdate": born,
            },
            metadata={"tier": random.choice(_TIERS), "newsletter": random.random() < 0.6},
        ),
        actor=actor,
        now=now - timedelta(days=random.randrange(60, 400)),
    )


def _segment(name: str, members: list[Customer], actor: Actor, now: datetime) -> None:
    segment = Segment.objects.create(name=name, created_at=now - timedelta(days=90))
    SegmentMembership.objects.bulk_create(
        SegmentMembership(segment=segment, customer=member, entered_at=segment.created_at)
        for member in members
    )
    audit.log(actor, "segment.created", segment, now=now, after={"name": name, "members": len(members)})


def _followed(name: str, conditions: dict[str, dict[str, Any]], actor: Actor, now: datetime) -> None:
    asked = {field: {"conditions": found} for field, found in conditions.items()}
    spec = SegmentSpec(name=name, type=Segment.Type.AUTO_UPDATE, filter={"junction": "and", **asked})
    segments.create(spec=spec, actor=actor, now=now)
