"""All settings come from the environment; `.env.example` lists them. Defaults are safe for production."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Refused without DEBUG by core.checks; only a checkout on a developer's machine starts with it.
DEVELOPMENT_SECRET_KEY = "development-only-not-a-secret-" + "0" * 30
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY)
# The keys before it, while sessions and authenticator apps of their time shall go on.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Plain http on the loopback interface: the demo. Cookies are then sent without encryption.
FANFARE_INSECURE_HTTP = env.bool("FANFARE_INSECURE_HTTP", default=False)
# Data of the embedded servers, keys of the demo.
FANFARE_HOME = Path(env.str("FANFARE_HOME", default=str(BASE_DIR / "var")))
# `off` for load tests. Counted in Redis; without Redis only unknown codes are limited, by each process.
FANFARE_RATE_LIMITS = env.str("FANFARE_RATE_LIMITS", default="on").lower() not in {"off", "0", "false", "no"}
FANFARE_SERVER_CALLS_PER_MINUTE = env.int("FANFARE_SERVER_CALLS_PER_MINUTE", default=12_000)
# So many unknown codes in a minute and in an hour, then callers wait (`core.api.guesses`).
FANFARE_UNKNOWN_CODES = {
    "client-address": env.list("FANFARE_UNKNOWN_CODES_CLIENT_ADDRESS", cast=int, default=[10, 60]),
    "client-customer": env.list("FANFARE_UNKNOWN_CODES_CLIENT_CUSTOMER", cast=int, default=[10, 60]),
    "client-key": env.list("FANFARE_UNKNOWN_CODES_CLIENT_KEY", cast=int, default=[600, 6_000]),
    "server-address": env.list("FANFARE_UNKNOWN_CODES_SERVER_ADDRESS", cast=int, default=[1_200, 20_000]),
    "server-customer": env.list("FANFARE_UNKNOWN_CODES_SERVER_CUSTOMER", cast=int, default=[20, 120]),
    "server-key": env.list("FANFARE_UNKNOWN_CODES_SERVER_KEY", cast=int, default=[1_200, 20_000]),
}
# How many proxies of ours stand in front: that many hops of X-Forwarded-For are believed.
FANFARE_TRUSTED_PROXIES = env.int("FANFARE_TRUSTED_PROXIES", default=0)
# `web` gets short database time-outs, so that one stuck lock cannot take all threads.
FANFARE_PROCESS = env.str("FANFARE_PROCESS", default="command")

INSTALLED_APPS = [
    # Not unfold's default: that one would put its own admin site in place of ours.
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "config.apps.FanfareAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "axes",
    "django_fsm",
    "django_structlog",
    "pgtrigger",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "core",
    "approvals",
    "integrations",
    "commerce",
    "promotions",
    "loyalty",
    "referrals",
    "insights",
    "calendar_app",
    "demo_store",
]

MIDDLEWARE = [
    "core.api.metrics.MetricsMiddleware",
    "core.api.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "core.api.middleware.ApiPathMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.PlacesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# The contract's paths carry no trailing slash; core.api.middleware accepts both forms without a redirect.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["core.templatetags.fanfare"],
        },
    },
]
# Widgets come from templates too (unfold's are found only this way).
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database ---------------------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default="postgres://postgres@127.0.0.1:5432/fanfare")
}
DATABASES["default"]["CONN_MAX_AGE"] = 0
_timeouts = (
    "-c lock_timeout=3000 -c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000"
    if FANFARE_PROCESS == "web"
    else "-c lock_timeout=30000"
)
DATABASES["default"]["OPTIONS"] = {
    # Statements of `core.prepared` look rows up by key: making a plan for each use took longer than the rows.
    "options": f"{_timeouts} -c plan_cache_mode=force_generic_plan",
    # After so many uses a statement of `core.prepared` is planned once and for all on its connection.
    # A pooler that gives every transaction another connection does not bear that: 0 turns it off.
    "prepare_threshold": env.int("FANFARE_PREPARE_AFTER", default=3) or None,
    **(
        {"pool": {"min_size": 1, "max_size": env.int("FANFARE_WEB_THREADS", default=8)}}
        if FANFARE_PROCESS == "web"
        else {}
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis and Celery -------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/1")
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="redis://127.0.0.1:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
# Periodic jobs are plain intervals in UTC: a crontab in a zone with daylight saving skips and doubles runs.
CELERY_TIMEZONE = "UTC"
# Only unfold's search would keep results, for minutes: a role that was taken away must count at once, and a
# page must not need Redis.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# People -----------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
# Five wrong passwords for one name from one address, then fifteen minutes of silence for that pair.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# Behind a proxy everybody has the proxy's address; a household has 2^64 of IPv6.
AXES_CLIENT_IP_CALLABLE = "core.api.throttling.neighbourhood"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"

# Transport security -----------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG and not FANFARE_INSECURE_HTTP)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = (
    0 if DEBUG or FANFARE_INSECURE_HTTP else env.int("SECURE_HSTS_SECONDS", default=31_536_000)
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS > 0
SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if FANFARE_TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not (DEBUG or FANFARE_INSECURE_HTTP)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
# Not DENY: unfold opens related forms in a frame of the same page. Hence no warning about it.
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]
# unfold's Alpine.js needs eval; nothing else may run that is not a file of ours.
SECURE_CSP = {
    "default-src": ["'self'"],
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "frame-ancestors": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'self'"],
    "object-src": ["'none'"],
}

# Language, time, files --------------------------------------------------------------------------------------
# Pages of people speak one of these; messages of the API stay English (core.middleware.LanguageMiddleware).
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("pl", "polski"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "core" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SESSION_COOKIE_SECURE
USE_I18N = True
# Dates as people read them: 24 Nov 2026, 21:59.
FORMAT_MODULE_PATH = "config.formats"
# Instants are UTC in the database; people see the project's zone (config.admin_site activates it).
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(FANFARE_HOME / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = FANFARE_HOME / "media"
# A body above this is refused before it is read into memory (contract: 10 MB).
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# E-mail: none is sent without EMAIL_HOST; `console` prints it instead ---------------------------------------
_EMAIL_HOST = env.str("EMAIL_HOST", default="")
FANFARE_SENDS_MAIL = bool(_EMAIL_HOST)
MAILERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": _EMAIL_HOST,
            "port": env.int("EMAIL_PORT", default=587),
            "username": env.str("EMAIL_HOST_USER", default=""),
            "password": env.str("EMAIL_HOST_PASSWORD", default=""),
            "use_tls": env.bool("EMAIL_USE_TLS", default=True)
            and not env.bool("EMAIL_USE_SSL", default=False),
            "use_ssl": env.bool("EMAIL_USE_SSL", default=False),
            "timeout": env.int("EMAIL_TIMEOUT", default=10),
        },
    }
    if _EMAIL_HOST not in {"", "console"}
    else {"BACKEND": f"django.core.mail.backends.{'console' if _EMAIL_HOST else 'dummy'}.EmailBackend"}
}
if not FANFARE_SENDS_MAIL:  # A choice: people read in the admin what they are told.
    SILENCED_SYSTEM_CHECKS.append("mail.E001")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Fanfare <fanfare@localhost>")
# Where people reach this installation: links in e-mail begin with it.
FANFARE_URL = env.str("FANFARE_URL", default="http://localhost:8000")

# Webhooks ---------------------------------------------------------------------------------------------------
# Networks of the inside that webhooks may be sent to, such as 10.20.0.0/16 (integrations.addresses).
FANFARE_ALLOWED_NETWORKS = [ip_network(text) for text in env.list("FANFARE_ALLOWED_NETWORKS", default=[])]

# API --------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "core.api.exceptions.handle",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["core.api.authentication.ServerKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.permissions.RolePermission"],
    "DEFAULT_FILTER_BACKENDS": [],
    # OPTIONS describes nothing here (the document at /openapi.json does): 405.
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "core.api.openapi.HouseSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fanfare API",
    "DESCRIPTION": "Promotion orchestration. Compatible with the Voucherify v1 API.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/(?:client/|management/)?v1",
}

# Logs: one line of JSON for each event, with the request id -------------------------------------------------
# The request id in the header is our own: RequestIdMiddleware overwrites what a caller sent.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # It would believe whatever address a caller names.
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.json_formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # One line for each request comes from django-structlog's own middleware; errors from our handler.
        "django.request": {"level": "CRITICAL"},
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "axes": {"level": "WARNING"},
    },
}

from config.admin_theme import UNFOLD  # noqa: E402, F401 - long, and about looks only
