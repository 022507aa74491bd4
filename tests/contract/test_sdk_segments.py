"""Segments, collections and locations with the official clients of the reference API, unchanged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import voucherify as sdk
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from commerce.services import locations
from core.actors import Actor
from core.services import api_keys
from tests.contract.test_javascript_sdk import NODE, NPM, installed_client

__all__ = ["installed_client"]

pytestmark = pytest.mark.django_db(transaction=True)

STORY = {
    "fixed": ["static", None, "segment"],
    "poles": ["auto-update", {"junction": "AND", "address.country": {"conditions": {"$is": ["PL"]}}}],
    "before": [["Friends", "Poles"], ["Friends"], []],
    "after": ["Friends", "Poles"],
    "listed": 2,
    "content": ["Red shoe"],
    "all": ["All products", "AUTO_UPDATE"],
    "kept": "400 resource_protected",
    "gone": ["404 not_found", "404 not_found"],
}


@pytest.fixture
def key(db: None) -> api_keys.IssuedKey:
    return api_keys.create(name="SDK", actor=Actor.system("tests"), now=timezone.now())


@pytest.mark.skipif(not NODE or not NPM, reason="the official JavaScript client needs Node.js and npm")
def test_in_javascript(installed_client: Path, live_server: LiveServer, key: api_keys.IssuedKey) -> None:
    assert NODE
    login = (live_server.url, key.key.app_id, key.token)

    done = subprocess.run(
        [NODE, "sdk_segments.mjs", *login],
        cwd=installed_client,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == STORY


def test_locations_in_python(live_server: LiveServer, key: api_keys.IssuedKey) -> None:
    shape = {"type": "circle", "format": "distance", "distance": {"center": "52.23,21.01", "radius": "5 km"}}
    made = locations.create(name="Warsaw", shape=shape, actor=Actor.system("tests"), now=timezone.now())
    headers = {"X-App-Id": key.key.app_id, "X-App-Token": key.token}

    with sdk.ApiClient(sdk.Configuration(host=live_server.url, api_key=headers)) as client:
        api = sdk.LocationsApi(client)
        found = api.get_location(made.public_id)
        listed = api.list_locations()

    assert (found.id, found.name, found.object) == (made.public_id, "Warsaw", "location")
    assert [one.id for one in listed.data] == [made.public_id]
    assert found.shape.to_dict()["distance"] == {"center": "52.23,21.01", "radius": "5 km"}
