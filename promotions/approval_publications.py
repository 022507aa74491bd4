"""What somebody says yes to who lets many codes be given out at once: which, to whom, how many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from approvals import codec, registry
from approvals.registry import Arguments, Operation, Subject
from core import words
from promotions import approval_contents as contents
from promotions import approval_facts as facts
from promotions.models import PublicationRun
from promotions.selectors import campaigns as known_campaigns
from promotions.services import publication_runs
from promotions.services.publication_runs import RunSpec

TYPE: Final = "publication_run"

type Content = Mapping[str, Any]


def register() -> None:
    registry.register(
        Operation(
            name="vouchers.publish_many",
            label="Publish to many",
            permission="vouchers.publish",
            service=publication_runs.start,
            describe=describe,
            specs=(RunSpec,),
        )
    )
    registry.register_words(TYPE, sentences)


def describe(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """The discount and conditions of the campaign are facts, too: policies about these hold.

    How many are in a segment moves all the time: it is said, but a yes is to the segment, whoever is in it.
    """
    spec: RunSpec = arguments["spec"]
    campaign = known_campaigns.get(spec.campaign)
    terms = contents.campaign(campaign.pk)
    content: dict[str, Any] = {"campaign": campaign.name, "terms": terms}
    if before is None:
        return Subject(type=TYPE, id=campaign.public_id, label=campaign.name, content=content)
    run: PublicationRun = result
    content |= {
        "for": run.audience,
        "list_sha256": codec.digest(sorted(spec.customers)) if spec.customers else "",
        "per_minute": run.per_minute,
        "once": run.join_once,
        "channel": spec.channel,
        "metadata": dict(spec.metadata),
    }
    now_many = words.count(run.customers_count, "customer")
    found = facts.of(terms, arguments["now"])
    found |= {"codes": run.customers_count, "audience": run.customers_count}
    if run.segment is not None:
        found["segments"] = [run.segment.name]
    return Subject(
        type=TYPE,
        id=campaign.public_id,
        label=f"{campaign.name} for {run.audience} ({now_many} now)"[:200],
        content=content,
        facts=found,
    )


def sentences(target_type: str, before: Content | None, after: Content | None) -> list[str]:
    """Gives every customer of “VIPs” a code of “Spring”."""
    if not after or "for" not in after:
        return []
    to = f"each of {after['for']}" if after["list_sha256"] else f"every customer of “{after['for']}”"
    lines = [f"Gives {to} a code of “{after['campaign']}”"]
    if after["once"]:
        lines.append("Who has one already gets no other")
    if after["per_minute"]:
        lines.append(f"At a pace of {after['per_minute']:,} a minute")
    return lines
