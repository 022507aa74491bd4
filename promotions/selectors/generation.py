"""The job that makes codes of a campaign."""

from __future__ import annotations

from typing import Final

from integrations.models import AsyncAction
from integrations.services.job_reports import OPEN
from promotions.models import Campaign

GENERATE: Final = "CAMPAIGN.VOUCHERS_GENERATE"

_TOLD: Final = (Campaign.GenerationStatus.IN_PROGRESS, Campaign.GenerationStatus.FAILED)


def running(campaign: Campaign) -> AsyncAction | None:
    """The job that is making codes of it now."""
    jobs = AsyncAction.objects.filter(type=GENERATE, status__in=OPEN, params__campaign=campaign.pk)
    return jobs.order_by("pk").first()


def shown(campaign: Campaign) -> AsyncAction | None:
    """The job that people should know of: it runs, or it ended too early."""
    if campaign.generation_status not in _TOLD:
        return None
    jobs = AsyncAction.objects.filter(type=GENERATE, params__campaign=campaign.pk)
    return jobs.order_by("-pk").first()
