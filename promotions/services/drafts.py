"""What a draft remembers for its launch, and the codes that a launch makes of it. Contract: governance 1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from core import project
from core.actors import Actor
from promotions.code_config import LONGEST_CODE, CodeConfig
from promotions.models import Campaign
from promotions.selectors import vouchers as known_vouchers
from promotions.services import campaign_pool, code_batches, codes, vouchers
from promotions.services.definitions import InvalidCampaignParams
from promotions.services.vouchers import VoucherSpec

AT_ONCE: Final = 200
"""As many codes are made within the request; more by a background job."""

PLANNED: Final[tuple[str, ...]] = ("planned_codes", "planned_code", "code_config")
"""Columns that only drafts can change: what follows from them is made at the launch."""


def plan(campaign: Campaign, columns: Mapping[str, Any]) -> dict[str, Any]:
    """What the draft will get: these columns over what it has, checked and made to fit each other.

    :raises InvalidCampaignParams: too many codes, or no code for a campaign of type STANDALONE.
    :raises InvalidCodeConfig: too few codes are possible.
    :raises DuplicateFound: the code is taken, or another draft wants it.
    """
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        return {"planned_codes": 0, "planned_code": ""}
    given = {name: columns.get(name, getattr(campaign, name)) for name in ("type", *PLANNED)}
    config = CodeConfig.from_wire(given["code_config"])
    settled = {"code_config": config.to_wire()}
    if given["type"] == Campaign.Type.STANDALONE:
        code = given["planned_code"]
        _check_code(campaign, code)
        return {**settled, "planned_codes": 0, "planned_code": code}
    count = given["planned_codes"]
    check_count(count)
    if count:
        codes.check_capacity(config=config, count=count, settings=project.current())
    return {**settled, "planned_codes": count, "planned_code": ""}


def check_count(count: int) -> None:
    """:raises InvalidCampaignParams: fewer or more codes than a campaign may have."""
    if not 0 <= count <= campaign_pool.MOST_CODES:
        raise InvalidCampaignParams(f"vouchers_count: 0 to {campaign_pool.MOST_CODES:,} are allowed")


def make_codes(campaign: Campaign, *, count: int, code: str | None, actor: Actor, now: datetime) -> None:
    """The first codes of a campaign that is running now: up to 200 at once, more by a job; or its only one.

    :raises InvalidCampaignParams: no code for a campaign of type STANDALONE.
    :raises InvalidCodeConfig: too few codes are possible.
    :raises DuplicateFound: the code is taken.
    """
    if campaign.type == Campaign.Type.STANDALONE:
        _make_only_code(campaign, code, actor, now)
    elif count > AT_ONCE:
        code_batches.start(campaign=campaign, count=count, spec=VoucherSpec(), actor=actor, now=now)
    elif count:
        code_batches.make(campaign=campaign, count=count, spec=VoucherSpec(), actor=actor, now=now)


def _make_only_code(campaign: Campaign, code: str | None, actor: Actor, now: datetime) -> None:
    """The generic code of a campaign of type STANDALONE, by which it is known."""
    if not code:
        raise _no_code()
    opened = Campaign.objects.get(pk=campaign.pk)
    opened.type = Campaign.Type.STATIC
    vouchers.create(spec=VoucherSpec(code=code), campaign=opened, actor=actor, now=now)


def _check_code(campaign: Campaign, code: str) -> None:
    if not code.strip():
        raise _no_code()
    if len(code) > LONGEST_CODE or "\0" in code:
        raise InvalidCampaignParams(f"A code has 1 to {LONGEST_CODE} characters.")
    if known_vouchers.is_taken(code, besides=campaign.pk):
        raise codes.taken(code)


def _no_code() -> InvalidCampaignParams:
    return InvalidCampaignParams("Property .voucher.code is required for a campaign of type STANDALONE")
