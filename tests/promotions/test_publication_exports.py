"""Publications as CSV files: a line for each code, one for each refusal."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import pytest

from core.actors import Actor
from promotions.publication_exports import PUBLICATIONS
from promotions.services import publications
from promotions.services.code_pool import NoVoucherSuitable
from promotions.services.publication_specs import PublicationSpec
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.integrations.exported import exported

pytestmark = pytest.mark.django_db


def test_each_code_has_a_line_and_so_has_a_refusal(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory(name="Spring")
    first, second = VoucherFactory.create_batch(2, campaign=campaign)
    for customer, count in (("anna", 2), ("ben", 1)):
        spec = PublicationSpec(
            customer={"source_id": customer},
            campaign="Spring",
            count=count,
            channel="E-mail",
            metadata={"n": 1},
        )
        with suppress(NoVoucherSuitable):
            anna = publications.publish(spec=spec, actor=actor, now=now).customer

    said = ["2026-03-10T12:00:00.000Z", "E-mail"]
    assert [list(row.values()) for row in exported("publication")] == [
        [first.code, anna.public_id, *said],
        [second.code, anna.public_id, *said],
        ["", "", *said],
    ]
    every = exported("publication", fields=list(PUBLICATIONS.fields), order="-created_at")
    assert [row["campaign"] for row in every] == ["Spring"] * 3
