"""Imports with the official JavaScript client of the reference API, unchanged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from core import dispatch
from core.actors import Actor
from core.services import api_keys
from tests.contract.test_javascript_sdk import NODE, NPM, installed_client
from tests.factories.promotions import CampaignFactory

__all__ = ["installed_client"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not NODE or not NPM, reason="the official JavaScript client needs Node.js and npm"),
]

FILES = {
    "campaign.csv": "Code,Voucher Type,Value,Discount Type,Active\nSHEET-1,DISCOUNT_VOUCHER,10,PERCENT,\n",
    "vouchers.csv": "Code,Voucher Type,Value,Discount Type\nSHEET-2,DISCOUNT_VOUCHER,10,PERCENT\n,,,\n",
    "customers.csv": "Name,Source_id\nAnna,anna\n",
    "products.csv": "name,source_id,price\nShirt,shirt,19.99\n",
}


def test_every_import_that_the_client_knows(
    installed_client: Path, live_server: LiveServer, tmp_path: Path
) -> None:
    campaign = CampaignFactory(name="Coupons")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    issued = api_keys.create(name="SDK", actor=Actor.system("tests"), now=timezone.now())

    def run(*step: str) -> Any:
        assert NODE
        done = subprocess.run(
            [NODE, "sdk_imports.mjs", live_server.url, issued.key.app_id, issued.token, *step],
            cwd=installed_client,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    ids = run("start", campaign.public_id, str(tmp_path))
    while deliveries := dispatch.plan(now=timezone.now()):
        for delivery_id in deliveries:
            dispatch.deliver(delivery_id=delivery_id, now=timezone.now())
    found = run("follow", *ids)

    assert found["jobs"] == [
        ["CAMPAIGN.VOUCHERS_IMPORT_CSV", "SUCCESS", 1, 0],
        ["CAMPAIGN.VOUCHERS_IMPORT", "SUCCESS", 1, 0],
        ["VOUCHERS.IMPORT_CSV", "SUCCESS", 1, 1],
        ["VOUCHERS.IMPORT", "SUCCESS", 1, 0],
        ["CUSTOMERS.IMPORT_CSV", "SUCCESS", 1, 0],
        ["PRODUCTS.IMPORT_CSV", "SUCCESS", 1, 0],
    ]
    assert found["codes"] == ["ALONE-1", "LIST-1", "SHEET-1", "SHEET-2"]
