"""What webhooks are told about codes that are given out. Contract: data file 13."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from core import event_bodies
from core.actors import Actor
from core.errors import DomainError
from core.models import OutboxEvent
from promotions.models import Publication, PublicationRun, Voucher
from promotions.services import publication_runs, publications
from promotions.services.publication_runs import RunSpec
from promotions.services.publication_specs import PublicationSpec
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db


def told(name: str, entity: Any) -> dict[str, Any]:
    offered = event_bodies.offered(name)
    assert offered is not None
    event = OutboxEvent.objects.get(name=name, entity_id=entity.public_id)
    body: dict[str, Any] = json.loads(json.dumps(offered.body(event, entity), cls=DjangoJSONEncoder))
    return body


def test_the_customer_the_code_and_the_publication_are_told(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory(name="Spring")
    code = VoucherFactory(campaign=campaign)
    spec = PublicationSpec(customer={"source_id": "anna"}, campaign="Spring", channel="E-mail")
    publication = publications.publish(spec=spec, actor=actor, now=now).publication

    succeeded = told("publication.succeeded", publication)
    published = told("voucher.published", Voucher.objects.get(pk=code.pk))

    assert set(succeeded) == {"customer", "campaign", "publication", "voucher", "user"}
    assert succeeded["customer"]["source_id"] == "anna"
    assert succeeded["campaign"]["name"] == "Spring"
    assert (succeeded["publication"]["id"], succeeded["publication"]["result"]) == (
        publication.public_id,
        "SUCCESS",
    )
    assert (succeeded["voucher"]["code"], succeeded["voucher"]["publish"]["count"]) == (code.code, 1)
    assert succeeded["user"] is None
    assert set(published) == {"voucher", "campaign", "customer", "publication"}
    assert published["voucher"]["holder_id"] == published["customer"]["id"]


def test_a_refusal_is_told_with_its_reason(actor: Actor, now: datetime) -> None:
    CampaignFactory(name="Empty")
    spec = PublicationSpec(customer={"source_id": "anna"}, campaign="Empty")
    with pytest.raises(DomainError):
        publications.publish(spec=spec, actor=actor, now=now)

    failed = told("publication.failed", Publication.objects.get())

    assert failed["publication"]["failure_code"] == "no_voucher_suitable_for_publication"
    assert (failed["customer"], failed["voucher"]) == (None, None)


def test_a_run_tells_how_far_it_is(actor: Actor, now: datetime) -> None:
    VoucherFactory(campaign=CampaignFactory(name="Spring"))
    CustomerFactory(source_id="anna")
    spec = RunSpec(campaign="Spring", customers=("anna",))
    run = publication_runs.start(spec=spec, actor=actor, now=now)

    started = told("publication_run.started", PublicationRun.objects.get(pk=run.pk))

    assert started["publication_run"] == {
        "id": run.public_id,
        "for": "1 customer",
        "state": "RUNNING",
        "customers": 1,
        "published": 0,
        "failed": 0,
        "object": "publication_run",
    }
