from __future__ import annotations

import pytest

from approvals import registry
from tests.factories.budgets import BudgetFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    ValidationRuleFactory,
    VoucherFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("target_type", "factory"),
    [
        ("campaign", CampaignFactory),
        ("voucher", VoucherFactory),
        ("validation_rule", ValidationRuleFactory),
        ("budget", BudgetFactory),
        ("category", CategoryFactory),
    ],
)
def test_what_a_request_is_about_has_its_page(target_type: str, factory: type) -> None:
    row = factory()

    url = registry.page_of(target_type, row.public_id)

    assert url == f"/admin/promotions/{row._meta.model_name}/{row.pk}/change/"


def test_what_is_gone_for_good_has_no_page() -> None:
    assert registry.page_of("campaign", "camp_gone") == ""
