"""What must hold before the house opens its doors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

_MIN_SECRET_LENGTH: Final = 50


@register(Tags.security)
def production_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Without DEBUG: a secret of our own, named hosts, and cookies that travel encrypted."""
    if settings.DEBUG:
        return []
    found: list[CheckMessage] = []
    if (
        settings.SECRET_KEY == settings.DEVELOPMENT_SECRET_KEY
        or len(settings.SECRET_KEY) < _MIN_SECRET_LENGTH
    ):
        hint = "Set SECRET_KEY to at least 50 random characters."
        found.append(Error("SECRET_KEY is the development key or too short.", hint=hint, id="fanfare.E001"))
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS must name hosts, not *.", id="fanfare.E002"))
    if settings.FANFARE_INSECURE_HTTP and any(host not in _LOOPBACK for host in settings.ALLOWED_HOSTS):
        hint = "FANFARE_INSECURE_HTTP is for a demo on this machine only."
        found.append(Warning("Cookies travel in plain http.", hint=hint, id="fanfare.W001"))
    return found


_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})
