"""What must hold before the house opens its doors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

_MIN_SECRET_LENGTH: Final = 50


@register(Tags.security)
def production_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Without DEBUG: a secret of our own, named hosts, and cookies that travel encrypted.

    DEBUG shows settings and code to every caller: never in the web processes of a server.
    """
    if settings.DEBUG:
        if settings.FANFARE_PROCESS != "web" or settings.FANFARE_INSECURE_HTTP:
            return []
        return [Error("DEBUG is on in a web process.", hint="Set DEBUG=0.", id="fanfare.E003")]
    found: list[CheckMessage] = []
    secret = settings.SECRET_KEY
    if secret == settings.DEVELOPMENT_SECRET_KEY or len(secret) < _MIN_SECRET_LENGTH:
        hint = "Set SECRET_KEY to at least 50 random characters."
        found.append(Error("SECRET_KEY is the development key or too short.", hint=hint, id="fanfare.E001"))
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS must name hosts, not *.", id="fanfare.E002"))
    if settings.FANFARE_INSECURE_HTTP and any(host not in _LOOPBACK for host in settings.ALLOWED_HOSTS):
        hint = "FANFARE_INSECURE_HTTP is for a demo on this machine only."
        found.append(Warning("Cookies travel in plain http.", hint=hint, id="fanfare.W001"))
    return found


def refuse_unsafe_start() -> None:
    """For `config.wsgi`: a server process runs no checks of its own.

    :raises ImproperlyConfigured: any error above.
    """
    errors = [found for found in production_settings(None) if found.level >= ERROR]
    if errors:
        raise ImproperlyConfigured(" ".join(f"{error.msg} {error.hint or ''}".strip() for error in errors))


_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})
