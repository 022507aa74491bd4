"""A header beside answers that made a promotion which is easily drained; bodies keep the contract's shape.

`X-Fanfare-Warning: no_end: It has no end. | no_budget: …`. The same six as in the wizard and on requests for
approval (`promotions.previews.essentials`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rest_framework.response import Response

from core import project
from promotions.code_config import CodeConfig
from promotions.models import Campaign, PromotionTier
from promotions.previews import essentials, plans
from promotions.previews.guard import Guard

HEADER: Final = "X-Fanfare-Warning"


def about_campaign(response: Response, campaign: Campaign, *, codes: int = 0) -> Response:
    """`codes`: so many were asked for just now; a draft asks for them at its launch."""
    live = campaign.planned_codes if campaign.is_draft else codes
    weakness = _weakness(CodeConfig.from_wire(campaign.code_config), live)
    return _told(response, essentials.of_all(plans.of_campaign(campaign), weakness=weakness))


def about_tier(response: Response, tier: PromotionTier) -> Response:
    return _told(response, essentials.of_all([plans.of_tier(tier)]))


def about_codes(response: Response, *, config: CodeConfig, live: int) -> Response:
    """Of more codes for a campaign: only whether `live` codes that look like this are easy to guess."""
    return _told(response, essentials.easy_to_guess(_weakness(config, live)))


def _weakness(config: CodeConfig, live: int) -> str:
    return essentials.weakness_of(config, live=live, settings=project.current())


def _told(response: Response, found: Iterable[Guard]) -> Response:
    # Names and patterns may hold any character, a header may not; no warning quotes one.
    said = " | ".join(f"{guard.key}: {guard.message}" for guard in found)
    if said:
        response.headers[HEADER] = said
    return response
