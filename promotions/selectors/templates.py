"""Finding campaign templates."""

from __future__ import annotations

from core.errors import NotFound
from promotions.models import CampaignTemplate


def get(template_id: str) -> CampaignTemplate:
    """:raises NotFound: unknown id."""
    template = CampaignTemplate.objects.filter(public_id=template_id).first()
    if template is None:
        raise NotFound.of("campaign_template", template_id)
    return template
