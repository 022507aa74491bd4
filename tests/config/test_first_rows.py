"""After a test that commits the database is as migrations left it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from core.models import AuditEntry, ProjectSettings
from promotions.models import Campaign, CatalogueChange, Voucher
from tests.databases import FirstRows
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_committed_is_gone_and_what_was_changed_is_back() -> None:
    first_rows = FirstRows()
    before = [list(model.objects.order_by("pk").values()) for model in (ProjectSettings, Group, Permission)]
    VoucherFactory.create_batch(3, campaign=CampaignFactory())
    ProjectSettings.objects.update(time_zone="Asia/Tokyo")
    Group.objects.filter(name="Support").delete()
    Group.objects.create(name="Others")

    first_rows.bring_back()

    after = [list(model.objects.order_by("pk").values()) for model in (ProjectSettings, Group, Permission)]
    assert after == before
    assert [model.objects.count() for model in (Campaign, Voucher, AuditEntry)] == [0, 0, 0]


def test_indexes_in_memory_are_told_to_start_anew() -> None:
    last = CatalogueChange.objects.order_by("pk").values_list("pk", flat=True).last() or 0

    FirstRows().bring_back()

    noted = CatalogueChange.objects.filter(pk__gt=last).values_list("kind", flat=True)
    assert list(noted) == [CatalogueChange.Kind.EVERYTHING]
