"""The few settings that differ in tests. Everything else is what runs in production."""

from __future__ import annotations

from config import logs  # noqa: F401, I001 - makes structlog speak through logging, which is silent here
from config.settings import *  # noqa: F403
from config.settings import FANFARE_HOME, STORAGES

SECRET_KEY = "tests-" + "0" * 60
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
FANFARE_INSECURE_HTTP = True
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
FANFARE_RATE_LIMITS = False
AXES_ENABLED = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = False
STATIC_ROOT = FANFARE_HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"handlers": [], "level": "WARNING"}}
