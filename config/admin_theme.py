"""How the admin looks: name, mark, colours, sidebar, search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy


def mark(request: HttpRequest) -> str:
    return static("fanfare/mark.svg")


def styles(request: HttpRequest) -> str:
    return static("fanfare/admin.css")


def scripts(request: HttpRequest) -> str:
    return static("fanfare/accessible.js")


def login_picture(request: HttpRequest) -> str:
    return static("fanfare/login.svg")


# Indigo, as in the mark. The grey ones are unfold's.
_PRIMARY = {
    "50": "oklch(96.2% .018 272.314)",
    "100": "oklch(93% .034 272.788)",
    "200": "oklch(87% .065 274.039)",
    "300": "oklch(78.5% .115 274.713)",
    "400": "oklch(67.3% .182 276.935)",
    "500": "oklch(58.5% .233 277.117)",
    "600": "oklch(51.1% .262 276.966)",
    "700": "oklch(45.7% .24 277.023)",
    "800": "oklch(39.8% .195 277.366)",
    "900": "oklch(35.9% .144 278.697)",
    "950": "oklch(25.7% .09 281.288)",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Fanfare",
    "SITE_HEADER": "Fanfare",
    "SITE_SUBHEADER": gettext_lazy("Promotion orchestration"),
    "SITE_URL": None,
    "SITE_ICON": mark,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": mark}],
    "STYLES": [styles],
    "SCRIPTS": [scripts],
    "COLORS": {"primary": _PRIMARY},
    "BORDER_RADIUS": "8px",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "LOGIN": {"image": login_picture},
    "ACCOUNT": {
        "navigation": [
            {"title": gettext_lazy("Change password"), "link": reverse_lazy("admin:password_change")},
            {
                "title": gettext_lazy("Second step of signing in"),
                "link": reverse_lazy("admin:second_factor"),
            },
        ]
    },
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": reverse_lazy("admin:language")},
    "COMMAND": {"search_callback": "config.search.find", "show_history": False},
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "config.navigation.sections",
    },
}
