"""The life of an API key, and where its secret is never found (PROOFS X6)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient
from time_machine import TimeMachineFixture

from config.logs import json_formatter
from core.models import ApiKey
from core.services import api_keys
from core.services.api_keys import ROTATION_OVERLAP, IssuedKey
from tests.conftest import NOW
from tests.factories.promotions import VoucherFactory
from tests.security.test_api_access import HEADERS
from tests.security.world import SYSTEM

PATHS: Final = {
    "server": "/v1/metadata-schemas",
    "client": "/client/v1/promotions/tiers",
    "management": "/management/v1/projects",
}
SECOND: Final = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _clock(time_machine: TimeMachineFixture, db: None) -> TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


def issue(kind: str, **extra: Any) -> IssuedKey:
    origins = ["https://shop.example"] if kind == "client" else []
    return api_keys.create(name=kind, kind=kind, allowed_origins=origins, actor=SYSTEM, now=NOW, **extra)


def use(issued: IssuedKey, *, address: str = "192.0.2.1", path: str = "") -> int:
    id_header, token_header = HEADERS[issued.key.kind]
    headers = {id_header: issued.key.app_id, token_header: issued.token, "Origin": "https://shop.example"}
    client = APIClient(headers=headers, raise_request_exception=False)
    answer = client.get(path or PATHS[issued.key.kind], REMOTE_ADDR=address)
    return int(answer.status_code)


@pytest.mark.parametrize("kind", PATHS)
def test_a_new_key_opens_its_own_door_only(kind: str) -> None:
    issued = issue(kind)

    assert {other: use(issued, path=path) for other, path in PATHS.items()} == {
        other: 200 if other == kind else 401 for other in PATHS
    }


@pytest.mark.parametrize("kind", PATHS)
def test_both_tokens_work_while_one_replaces_the_other(kind: str, time_machine: TimeMachineFixture) -> None:
    old = issue(kind)
    new = api_keys.rotate(key_id=old.key.pk, actor=SYSTEM, now=NOW)

    assert (use(old), use(new)) == (200, 200)
    time_machine.move_to(NOW + ROTATION_OVERLAP - SECOND, tick=False)
    assert (use(old), use(new)) == (200, 200)
    time_machine.move_to(NOW + ROTATION_OVERLAP, tick=False)
    assert (use(old), use(new)) == (401, 200)


def test_a_second_rotation_ends_the_oldest_token_at_once() -> None:
    first = issue("server")
    second = api_keys.rotate(key_id=first.key.pk, actor=SYSTEM, now=NOW)
    third = api_keys.rotate(key_id=first.key.pk, actor=SYSTEM, now=NOW)

    assert [use(key) for key in (first, second, third)] == [401, 200, 200]


@pytest.mark.parametrize("kind", PATHS)
def test_a_key_ends_at_its_instant(kind: str, time_machine: TimeMachineFixture) -> None:
    issued = issue(kind, expires_at=NOW + timedelta(hours=1))

    time_machine.move_to(NOW + timedelta(hours=1) - SECOND, tick=False)
    assert use(issued) == 200
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)
    assert use(issued) == 401


@pytest.mark.parametrize("kind", PATHS)
def test_a_block_is_seen_at_the_next_call_by_both_tokens(kind: str) -> None:
    old = issue(kind)
    new = api_keys.rotate(key_id=old.key.pk, actor=SYSTEM, now=NOW)
    assert (use(old), use(new)) == (200, 200)

    api_keys.set_blocked(key_id=old.key.pk, blocked=True, actor=SYSTEM, now=NOW)
    assert (use(old), use(new)) == (401, 401)

    api_keys.set_blocked(key_id=old.key.pk, blocked=False, actor=SYSTEM, now=NOW)
    assert (use(old), use(new)) == (200, 200)


@pytest.mark.parametrize("kind", PATHS)
def test_a_key_bound_to_addresses_works_from_there_only(kind: str) -> None:
    issued = issue(kind, allowed_addresses=["192.0.2.7", "2001:db8::7"])

    assert use(issued, address="192.0.2.7") == 200
    assert use(issued, address="::ffff:192.0.2.7") == 200
    assert use(issued, address="2001:DB8:0::7") == 200
    assert use(issued, address="192.0.2.8") == 403


def test_lowering_the_role_counts_at_the_next_call() -> None:
    issued = issue("management")
    assert use(issued) == 200

    api_keys.change(key_id=issued.key.pk, changes={"role": "USER"}, actor=SYSTEM, now=NOW)

    assert use(issued) == 403


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    """Every line that production would write, down to DEBUG, as its formatter prints it."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Keep(level=logging.DEBUG)
    handler.setFormatter(json_formatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


def dump() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - names come from the catalogue
            rows += [f"{table} {row}" for (row,) in cursor.fetchall()]
    return "\n".join(rows)


def token_in(page: str) -> str:
    return page.partition('data-testid="key-token"')[2].partition(">")[2].partition("<")[0].strip()


def test_nothing_that_was_issued_is_found_anywhere(
    log_lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A day of keys: made and rotated in all three ways, used well and badly, with an error of ours."""
    browser = Client()
    browser.force_login(User.objects.create_superuser("root", password="a-password-2026"))
    by_hand = browser.post("/admin/core/apikey/add/", {"name": "by hand", "kind": "server", "role": "ADMIN"})
    key = ApiKey.objects.get(name="by hand")
    rotated = browser.post(f"/admin/core/apikey/{key.pk}/rotate/", {"_form_submitted": "on"})
    call_command("create_api_key", "--name", "by command", "--json")
    printed = json.loads(capsys.readouterr().out)
    issued = {kind: issue(kind) for kind in PATHS}
    secrets = [token_in(by_hand.text), token_in(rotated.text), printed["token"]]
    secrets += [known.token for known in issued.values()]
    secrets += [api_keys.rotate(key_id=issued["server"].key.pk, actor=SYSTEM, now=NOW).token]
    VoucherFactory(code="TEN")
    for known in issued.values():
        assert use(known) == 200
    server = issued["server"]
    client = APIClient(
        headers={"X-App-Id": server.key.app_id, "X-App-Token": server.token}, raise_request_exception=False
    )
    body = {"redeemables": [{"object": "voucher", "id": "TEN"}], "order": {"amount": 1000}}
    assert client.post("/v1/redemptions", body, format="json").status_code == 200
    assert client.post("/v1/redemptions", b"{broken", content_type="application/json").status_code == 400
    # A token in the wrong header, and in an address.
    for known in issued.values():
        APIClient(headers={"X-App-Id": known.token, "X-App-Token": known.token}).get("/v1/campaigns")
        APIClient(headers={"X-App-Id": known.key.app_id, "X-App-Token": "x"}).get("/v1/campaigns")
    for page in ("", f"{key.pk}/change/"):
        log_lines.append(browser.get(f"/admin/core/apikey/{page}").text)

    assert len(secrets) == len(set(secrets)) == 7
    assert min(len(secret) for secret in secrets) == 43
    everywhere = dump() + "\n".join(log_lines)
    assert "api_key.rotated" in everywhere
    assert "POST /v1/redemptions" in everywhere
    assert [secret for secret in secrets if secret in everywhere] == []


def test_a_crash_of_ours_does_not_tell_the_secret(
    log_lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.api.views_metadata_schemas import MetadataSchemasView

    def crash(self: Any, request: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(MetadataSchemasView, "get", crash)
    issued = issue("server")

    assert use(issued) == 500
    everything = "\n".join(log_lines)
    assert "planted" in everything
    assert issued.token not in everything
