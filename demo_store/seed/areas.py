"""Where the demo shop has stores, whose clocks differ, a code of one of them, and who works for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from core.actors import Actor
from core.models import Store
from core.services import areas, assignments
from core.services.assignments import Access, Places
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec

AREAS: Final[tuple[tuple[dict[str, str], tuple[tuple[str, str, str, str], ...]], ...]] = (
    (
        {"name": "Baltic coast", "country": "PL", "time_zone": "Europe/Warsaw", "currency": "PLN"},
        (
            ("Gdynia Harbour", "gdynia", "54.519000", "18.555000"),
            ("Gdansk Old Town", "gdansk", "54.348500", "18.653200"),
        ),
    ),
    (
        {"name": "Scotland", "country": "GB", "time_zone": "Europe/London", "currency": "GBP"},
        (("Leith Docks", "leith", "55.975500", "-3.166500"),),
    ),
    (
        {"name": "New England", "country": "US", "time_zone": "America/New_York", "currency": "USD"},
        (
            ("Boston Waterfront", "boston", "42.353000", "-71.045000"),
            ("Portland Pier", "portland", "43.657000", "-70.250000"),
        ),
    ),
)
CODE: Final = "GDYNIA10"
RESTRICTED: Final = "gosia"


def load(*, today: datetime, now: datetime, actor: Actor) -> None:
    stores: dict[str, Store] = {}
    for about, branches in AREAS:
        area = areas.create_area(values=about, actor=actor, now=now)
        for name, code, latitude, longitude in branches:
            point = {"latitude": Decimal(latitude), "longitude": Decimal(longitude)}
            stores[code] = areas.create_store(
                area_id=area.pk, values={"name": name, "code": code, **point}, actor=actor, now=now
            )
    gdynia = stores["gdynia"]
    values: dict[str, Any] = {
        "name": "Evenings in Gdynia",
        "description": "Ten percent in the store in Gdynia, from four in the afternoon, by its clock.",
        "type": "STANDALONE",
        "starts_at": today - timedelta(days=7),
        "validity_hours": {"daily": [{"days_of_week": list(range(7)), "start_time": "16:00"}]},
        "discount": {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"},
    }
    spec = CampaignSpec(
        kind="DISCOUNT_COUPONS",
        code=CODE,
        values=values,
        access=Access(assign=Places(stores=(gdynia.public_id,))),
    )
    campaigns.create(spec=spec, actor=actor, now=now)
    _person_of(gdynia, actor, now)


def _person_of(store: Store, actor: Actor, now: datetime) -> None:
    """Sees and changes what is of this store. Cannot sign in before somebody gives a password."""
    person, _ = User.objects.get_or_create(
        username=RESTRICTED,
        defaults={
            "first_name": "Gosia",
            "last_name": "Gajda",
            "email": f"{RESTRICTED}@example.com",
            "is_staff": True,
            "password": make_password(None),
        },
    )
    person.groups.add(Group.objects.get_or_create(name="Restricted marketer")[0])
    access = Access(assign=Places(stores=(store.public_id,)))
    assignments.assign_person(user=person, access=access, actor=actor, now=now)
