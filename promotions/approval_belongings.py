"""What belongs to a campaign and is changed by itself: earning rules, tiers and rewards of a programme.

A change of one counts as a change of the campaign, and whoever decides sees it beside all others of its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from approvals import registry
from approvals.registry import Arguments, Operation, Subject
from promotions import approval_contents as contents
from promotions import approval_facts as facts
from promotions import approval_pages, approval_parts
from promotions.approval_parts import Part
from promotions.models import Campaign

type Content = Mapping[str, Any]
type Sentences = Callable[[str, Content | None, Content | None], list[str]]


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """One sort of them, of campaigns of type `kind`. `argument` names the primary key of a `model` row among
    the arguments of its operations, unless these name the campaign. `content` says all of a campaign,
    `sentences` what differs of it.
    """

    target_type: str
    kind: Campaign.CampaignType
    model: type[Model]
    argument: str
    specs: tuple[type, ...]
    content: Callable[[Campaign], Content]
    sentences: Sentences

    def register(self, operations: Mapping[str, tuple[str, Callable[..., Any]]]) -> None:
        """`operations`: by name the label and the gated service."""
        for name, (label, service) in operations.items():
            registry.register(
                Operation(
                    name=name,
                    label=label,
                    permission="campaigns.modify",
                    service=service,
                    describe=self._subject,
                    specs=self.specs,
                    touched=self._touched,
                    counts_as=("campaigns.update",),
                )
            )
        part = Part(kind=self.kind, content=self.content, sentences=self.sentences)
        approval_parts.register(self.target_type, part)
        registry.register_words(self.target_type, self.sentences)
        registry.register_page(self.target_type, approval_pages.page_of(Campaign))

    def _subject(self, arguments: Arguments, result: Any, before: Subject | None) -> Subject:
        campaign = Campaign.objects.filter(pk=self._campaign_id(arguments) or 0).first()
        if campaign is None:
            return Subject(type=self.target_type, is_running=False)
        whole = contents.campaign(campaign.pk)
        return Subject(
            type=self.target_type,
            id=campaign.public_id,
            label=campaign.name,
            content=self.content(campaign),
            facts=facts.of(whole, arguments["now"]) | facts.of_places(campaign.places),
            is_running=not campaign.is_draft,
        )

    def _touched(self, arguments: Arguments) -> Iterator[Iterable[str]]:
        rows = Campaign._base_manager.filter(pk=self._campaign_id(arguments) or 0)
        yield from rows.values_list("places", flat=True)

    def _campaign_id(self, arguments: Arguments) -> int | None:
        if "campaign_id" in arguments:
            return int(arguments["campaign_id"])
        rows = self.model._base_manager.filter(pk=arguments[self.argument])
        return rows.values_list("campaign", flat=True).first()


def by_name(described: Iterable[Content], name: str, *, without: Iterable[str] = ()) -> dict[str, Any]:
    """Descriptions by what they are called: ids of new rows are made anew with each run of a service."""
    found: dict[str, Any] = {}
    left_out = {name, *without}
    for one in described:
        label = one[name]
        while label in found:
            label = f"{label} ·"
        found[label] = {key: value for key, value in one.items() if key not in left_out}
    return found
