"""What came of a campaign, code by code, in one file; a promotion's redemptions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from integrations.models import Export
from integrations.services import export_files
from promotions.models import Redemption
from tests.conftest import NOW
from tests.core.admin.conftest import admin_page, page_as
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.integrations.exported import exported
from tests.promotions.test_exports import redemption

__all__ = ["admin_page", "page_as"]

pytestmark = pytest.mark.django_db


def test_each_code_with_its_holder_its_uses_and_what_it_gave() -> None:
    campaign = CampaignFactory()
    anna = CustomerFactory(source_id="anna", name="Anna")
    used = VoucherFactory(code="USED", campaign=campaign, holder=anna, redeemed_quantity=2)
    VoucherFactory(code="NEW", campaign=campaign, redemption_quantity=1)
    VoucherFactory(code="OTHER")
    for discount, status in ((500, "SUCCEEDED"), (250, "SUCCEEDED"), (900, "ROLLED_BACK")):
        redemption(
            voucher=used, campaign=campaign, discount_amount=discount, order_amount=10_000, status=status
        )

    rows = {row["code"]: row for row in exported("campaign_report", campaign_id=campaign.public_id)}

    assert set(rows) == {"USED", "NEW"}
    assert (rows["USED"]["holder_source_id"], rows["USED"]["holder_name"]) == ("anna", "Anna")
    assert (rows["USED"]["uses"], rows["USED"]["discount_given"]) == ("2", "7.50")
    assert rows["USED"]["orders_amount"] == "200.00"
    assert (rows["NEW"]["uses_allowed"], rows["NEW"]["discount_given"]) == ("1", "0.00")


@pytest.mark.parametrize("is_promotion", [True, False])
def test_a_click_asks_for_it(admin_page: Client, is_promotion: bool) -> None:
    campaign = CampaignFactory(promotion=is_promotion)
    url = f"/admin/promotions/campaign/{campaign.pk}/"

    assert "Report" in admin_page.get(f"{url}change/").text
    answer = admin_page.post(f"{url}report/", {"_form_submitted": "on"})

    export = Export.objects.get()
    assert answer.headers["HX-Redirect"] == f"/admin/integrations/export/{export.pk}/change/"
    assert export.scope == {"campaign_id": campaign.public_id}
    assert export_files.write_next(now=NOW)
    export.refresh_from_db()
    assert export.status == Export.Status.DONE, export.failure


def test_a_till_gets_none(page_as: Callable[[str], Client]) -> None:
    campaign = CampaignFactory()

    page_as("Merchant").post(f"/admin/promotions/campaign/{campaign.pk}/report/", {"_form_submitted": "on"})

    assert not Export.objects.exists()
    assert not Redemption.objects.exists()
