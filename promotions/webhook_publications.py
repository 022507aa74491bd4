"""What webhooks are told when codes are given out (contract: data file 13)."""

from __future__ import annotations

from typing import Any, Final

from commerce.api.serializers.customers import simple_customer_output
from core.actors import ActorKind
from core.event_bodies import offer
from core.models import OutboxEvent
from promotions.api.serializers.campaigns import campaign_base_output
from promotions.api.serializers.publications import publication_output
from promotions.api.serializers.vouchers import voucher_output
from promotions.models import Publication, PublicationRun, Voucher
from promotions.selectors import publications, vouchers

_GROUP: Final = "Publications"


def register() -> None:
    offer(
        _GROUP,
        _publication,
        **{
            "publication.succeeded": "a customer is given codes",
            "publication.failed": "a customer cannot be given a code",
        },
    )
    offer(_GROUP, _published, **{"voucher.published": "a code is given to a customer"})
    offer(
        _GROUP,
        _run,
        **{
            "publication_run.started": "codes begin to be given to many customers",
            "publication_run.stopped": "giving codes to many customers is stopped",
            "publication_run.resumed": "giving codes to many customers goes on",
            "publication_run.completed": "many customers were given their codes",
        },
    )


def _publication(event: OutboxEvent, publication: Publication) -> dict[str, Any]:
    """Of several codes `voucher` is null: their ids stand on the publication."""
    row = publications.get(publication.public_id)
    given = publications.codes_of(row)
    alone = _printed(given[0]) if len(given) == 1 else None
    return {
        "customer": simple_customer_output(row.customer) if row.customer else None,
        "campaign": campaign_base_output(row.campaign) if row.campaign else None,
        "publication": publication_output(row),
        "voucher": alone,
        "user": {"id": event.actor_id} if event.actor_kind == ActorKind.USER else None,
    }


def _published(event: OutboxEvent, voucher: Voucher) -> dict[str, Any]:
    row = publications.get(event.payload["publication_id"])
    return {
        "voucher": _printed(voucher),
        "campaign": campaign_base_output(row.campaign) if row.campaign else None,
        "customer": simple_customer_output(row.customer) if row.customer else None,
        "publication": publication_output(row),
    }


def _run(event: OutboxEvent, run: PublicationRun) -> dict[str, Any]:
    """How many were served so far, and how many could not be."""
    return {
        "campaign": campaign_base_output(run.campaign),
        "publication_run": {
            "id": run.public_id,
            "for": run.audience,
            "state": run.state,
            "customers": run.customers_count,
            "published": run.published_count,
            "failed": run.failed_count,
            "object": "publication_run",
        },
    }


def _printed(voucher: Voucher) -> dict[str, Any]:
    return voucher_output(vouchers.printable(Voucher.objects.all()).get(pk=voucher.pk))
