"""As little of a django-oscar shop as its offers need."""

from __future__ import annotations

import oscar
from oscar.defaults import *  # noqa: F403

SECRET_KEY = "bench"
USE_TZ = True
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
MIDDLEWARE: list[str] = []
SITE_ID = 1
INSTALLED_APPS = oscar.INSTALLED_APPS
