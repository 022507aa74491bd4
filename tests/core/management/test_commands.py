from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.models import ApiKey, AuditEntry
from core.services.api_keys import hash_token


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def made(**options: Any) -> dict[str, str]:
    extra = [part for name, value in options.items() for part in (f"--{name}", value)]
    return dict(json.loads(run("create_api_key", "--name", "Shop", "--json", *extra)))


def test_create_prints_id_and_token_once(db: None) -> None:
    printed = made(kind="client", origin="https://shop.example")

    key = ApiKey.objects.get()
    assert printed == {"id": key.app_id, "token": printed["token"], "kind": "client"}
    assert key.secret_hash == hash_token(printed["token"])
    assert key.allowed_origins == ["https://shop.example"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_label, entry.channel) == (
        "api_key.created",
        "create_api_key",
        "COMMAND",
    )


def test_rotate_prints_a_new_token_and_keeps_the_old_for_a_day(db: None) -> None:
    printed = made()

    fresh = json.loads(run("rotate_api_key", printed["id"], "--json"))

    key = ApiKey.objects.get()
    assert fresh["id"] == printed["id"]
    assert key.secret_hash == hash_token(fresh["token"]) != hash_token(printed["token"])
    assert key.previous_secret_hash == hash_token(printed["token"])
    assert run("rotate_api_key", printed["id"]).startswith(f"id:    {printed['id']}\ntoken: ")


def test_rotate_of_an_unknown_key_fails(db: None) -> None:
    with pytest.raises(CommandError, match="There is no key with id nobody"):
        run("rotate_api_key", "nobody")
