"""Production starts safely or not at all (PROOFS S3)."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.checks import production_settings, refuse_unsafe_start
from tests.architecture.test_house_rules import ROOT


@pytest.fixture
def production(settings: Any) -> Any:
    settings.DEBUG = False
    settings.SECRET_KEY = secrets.token_urlsafe(60)
    settings.ALLOWED_HOSTS = ["promo.example"]
    settings.FANFARE_INSECURE_HTTP = False
    settings.FANFARE_PROCESS = "web"
    return settings


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One process with an environment of its own; the database is not asked for anything."""
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing", **environment}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def test_checks_for_deployment_find_nothing() -> None:
    checked = run(
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        SECRET_KEY=secrets.token_urlsafe(60),
        ALLOWED_HOSTS="promo.example",
    )

    assert (checked.returncode, checked.stderr) == (0, "")
    # Each with its reason beside it in the settings.
    assert checked.stdout.strip() == "System check identified no issues (2 silenced)."


@pytest.mark.parametrize(("server", "refused"), [("mail.example", False), ("console", True)])
def test_mail_that_is_sent_must_leave_the_machine(server: str, refused: bool) -> None:
    checked = run(
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING", "--tag", "mail"),
        SECRET_KEY=secrets.token_urlsafe(60),
        ALLOWED_HOSTS="promo.example",
        EMAIL_HOST=server,
    )

    assert (checked.returncode != 0, "mail.E001" in checked.stderr) == (refused, refused)


def test_the_server_does_not_start_with_the_development_key() -> None:
    started = run("-c", "import config.wsgi", ALLOWED_HOSTS="promo.example")

    assert started.returncode != 0
    assert "SECRET_KEY is the development key or too short." in started.stderr


def test_the_right_settings_start(production: Any) -> None:
    assert production_settings(None) == []
    refuse_unsafe_start()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"SECRET_KEY": "short"}, "E001"),
        ({"SECRET_KEY": "x" * 49}, "E001"),
        ({"SECRET_KEY": "development-only-not-a-secret-" + "0" * 30}, "E001"),
        ({"ALLOWED_HOSTS": ["*"]}, "E002"),
        ({"ALLOWED_HOSTS": ["promo.example", "*"]}, "E002"),
        ({"DEBUG": True}, "E003"),
    ],
)
def test_wrong_settings_do_not_start(changes: dict[str, Any], refusal: str, production: Any) -> None:
    for name, value in changes.items():
        setattr(production, name, value)

    assert [found.id for found in production_settings(None)] == [f"fanfare.{refusal}"]
    with pytest.raises(ImproperlyConfigured):
        refuse_unsafe_start()


def test_an_empty_secret_does_not_start(production: Any) -> None:
    production.SECRET_KEY = ""

    with pytest.raises(ImproperlyConfigured):
        refuse_unsafe_start()


def test_plain_http_for_others_is_warned_about(production: Any) -> None:
    production.FANFARE_INSECURE_HTTP = True
    assert [found.id for found in production_settings(None)] == ["fanfare.W001"]

    production.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    assert production_settings(None) == []


@pytest.mark.parametrize("changes", [{"FANFARE_PROCESS": "command"}, {"FANFARE_INSECURE_HTTP": True}])
def test_developers_may_debug_on_their_machine(changes: dict[str, Any], production: Any) -> None:
    production.DEBUG = True
    for name, value in changes.items():
        setattr(production, name, value)

    refuse_unsafe_start()
