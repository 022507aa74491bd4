"""`manage.py note_versions`: brings in what is older than versions, or says what is missing."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from promotions.models import Campaign, Version
from tests.factories.promotions import CampaignFactory, VoucherFactory, percent

pytestmark = pytest.mark.django_db


def run(**options: Any) -> str:
    out = StringIO()
    call_command("note_versions", stdout=out, **options)
    return out.getvalue().strip()


def test_makes_first_versions_once() -> None:
    VoucherFactory.create_batch(2)
    CampaignFactory()

    assert [run(), run()] == ["3 versions made.", "0 versions made."]
    assert set(Version.objects.values_list("actor_id", "number")) == {("note_versions", 1)}


def test_check_names_what_is_missing_and_what_was_changed_past_the_services() -> None:
    campaign = CampaignFactory()
    run()
    Campaign.objects.update(discount=percent(90))
    voucher = VoucherFactory()
    err = StringIO()

    with pytest.raises(CommandError, match=r"^2 have no version, or other terms than their newest one\.$"):
        call_command("note_versions", check=True, stderr=err)

    assert err.getvalue().splitlines() == [
        f"campaign {campaign.public_id}: its terms are not those of version 1",
        f"voucher {voucher.public_id}: it has no version",
    ]
    assert Version.objects.count() == 1


def test_check_is_content_when_all_is_noted() -> None:
    VoucherFactory()
    run()

    assert run(check=True) == "Everything has the terms of its newest version."
