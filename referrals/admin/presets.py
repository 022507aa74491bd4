"""Beginnings of a new programme: what most of them are, with sensible values."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from promotions.admin.forms.rewards import COUPON, POINTS
from referrals.admin.forms.reward_rows import EACH, MINIMUM

_EACH_POINTS: Final = {"reward_1_gives": POINTS, "reward_1_points": 100, "reward_1_when": EACH}
_PRESETS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "both": ("Both get something", _EACH_POINTS),
    "friend": ("Only the friend", {}),
    "referrer": ("Only who recommends", {"has_discount": False, **_EACH_POINTS}),
    "milestones": (
        "More for many friends",
        {
            **_EACH_POINTS,
            "reward_2_gives": COUPON,
            "reward_2_when": MINIMUM,
            "reward_2_minimum": 5,
            "reward_3_gives": COUPON,
            "reward_3_when": MINIMUM,
            "reward_3_minimum": 10,
        },
    ),
}
_USUAL: Final = "both"


def initial(key: str) -> dict[str, Any]:
    """What the fields begin with; an unknown key is the usual one."""
    return dict(_PRESETS.get(key, _PRESETS[_USUAL])[1])


def links(request: HttpRequest) -> SafeString:
    """Above the form: the one in use is plain."""
    used = request.GET.get("preset", "")
    used = used if used in _PRESETS else _USUAL
    page = reverse("admin:referrals_referralprogramme_add")
    said = format_html_join(" · ", "{}", ((_link(page, key, used),) for key in _PRESETS))
    return format_html("Begin with: {}", said)


def _link(page: str, key: str, used: str) -> SafeString:
    title = _PRESETS[key][0]
    if key == used:
        return format_html("<b>{}</b>", title)
    return format_html('<a class="fanfare-link" href="{}?preset={}">{}</a>', page, key, title)
