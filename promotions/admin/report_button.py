"""A campaign's report as a file, and a file of codes into it: two buttons of its page."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.forms import BaseDialogForm

from core.admin.base import staff_actor
from core.admin.dialogs import DialogsMixin, Done
from integrations.services import exports
from promotions import import_kinds
from promotions.models import Campaign

# As `promotions.exports` calls it.
_REPORT: Final = "campaign_report"


class CampaignFileButtons(DialogsMixin):
    """Mixed into the campaigns' screen."""

    def files_of(self, campaign: Campaign) -> list[str]:
        """The buttons that mean something for this campaign now."""
        if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
            return ["report"]
        is_closed = campaign.is_draft or campaign.type == Campaign.Type.STANDALONE
        return ["report"] if is_closed else ["report", "import_codes"]

    def has_report_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        actor = staff_actor(request)
        return actor.may("vouchers.export") and actor.may("redemptions.export")

    @action(
        description="Report",
        icon="lab_profile",
        permissions=["report"],
        dialog={
            "title": "A file with all that came of this campaign?",
            "description": (
                "Every code with its holder, its uses and the discount it gave; of a promotion every "
                "redemption. The file is written in the background."
            ),
            "form_submit_text": "Write the file",
        },
    )
    def report(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(campaign: Campaign) -> Done:
            is_promotion = campaign.campaign_type == Campaign.CampaignType.PROMOTION
            export = exports.request(
                exported_object="redemption" if is_promotion else _REPORT,
                parameters={"fields": _OF_REDEMPTIONS} if is_promotion else {},
                scope={"campaign_id": campaign.public_id},
                actor=staff_actor(request),
                now=timezone.now(),
            )
            return Done(url=reverse("admin:integrations_export_change", args=[export.pk]))

        return self.confirmed(request, object_id, do)

    @action(description="Import codes", icon="upload_file", permissions=["change"], url_path="import-codes")
    def import_codes(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign: Campaign = self.found(request, object_id)  # type: ignore[attr-defined]
        query = urlencode({"kind": import_kinds.CAMPAIGN_CODES, "parent": campaign.pk})
        return HttpResponseRedirect(f"{reverse('admin:integrations_importfile_new')}?{query}")


_OF_REDEMPTIONS: Final = [
    "id",
    "date",
    "promotion_tier_id",
    "customer_source_id",
    "customer_name",
    "order_id",
    "order_amount",
    "result",
    "failure_code",
]
