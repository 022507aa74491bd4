from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pyotp
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from core.actors import Actor
from core.models import ApiKey, AuditEntry, SecondFactor
from core.services import second_factors
from core.services.api_keys import hash_token
from tests.conftest import NOW


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


def test_the_last_administrator_gets_in_again(db: None) -> None:
    boss = User.objects.create_superuser("boss")
    seed = second_factors.new_seed()
    code = pyotp.TOTP(second_factors.secret_of(seed)).at(NOW)
    second_factors.enrol(user_id=boss.pk, seed=seed, code=code, actor=Actor.system("t"), now=NOW)

    assert run("reset_second_factor", "boss") == "The second step of boss is reset.\n"

    assert SecondFactor.objects.count() == 0
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.actor_label) == ("second_factor.reset", "reset_second_factor")
    with pytest.raises(CommandError, match="signs in with the password alone"):
        run("reset_second_factor", "boss")
    with pytest.raises(CommandError, match="nobody called bert"):
        run("reset_second_factor", "bert")
