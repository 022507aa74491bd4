"""Areas, stores and who works there."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from core.actors import Actor, Role
from core.models import ApiKey, Area, KeyAssignment, PersonAssignment, Store
from core.services import api_keys
from promotions.models import Campaign, CampaignAssignment
from tests.conftest import NOW

SYSTEM = Actor.system("tests")


def area(name: str, *, zone: str = "UTC", currency: str = "EUR", **values: Any) -> Area:
    return Area.objects.create(name=name, time_zone=zone, currency=currency, created_at=NOW, **values)


def store(of: Area, code: str, *, zone: str = "", **values: Any) -> Store:
    return Store.objects.create(
        area=of, name=values.pop("name", code), code=code, own_time_zone=zone, created_at=NOW, **values
    )


def applies_in(campaign: Campaign, **place: Any) -> Campaign:
    """`area=`, `all_stores_of=` or `store=`."""
    CampaignAssignment.objects.create(campaign=campaign, **place)
    campaign.refresh_from_db(fields=["places"])
    return campaign


def key_of(*places: dict[str, Any], role: str = Role.USER_RESTRICTED, **values: Any) -> tuple[ApiKey, str]:
    """A key that works there, and its token."""
    issued = api_keys.create(name="Local key", role=role, actor=SYSTEM, now=NOW, **values)
    for place in places:
        KeyAssignment.objects.create(key=issued.key, **place)
    issued.key.refresh_from_db()
    return issued.key, issued.token


def client_of(*places: dict[str, Any], role: str = Role.USER_RESTRICTED) -> APIClient:
    """A client that calls with such a key."""
    key, token = key_of(*places, role=role)
    client = APIClient()
    client.credentials(HTTP_X_APP_ID=key.app_id, HTTP_X_APP_TOKEN=token)
    return client


def works_in(user: Any, **place: Any) -> None:
    PersonAssignment.objects.create(user=user, **place)
