"""Rows of the grid and of the table of variations, as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from core import words
from promotions import reports, rule_words, version_words
from promotions.admin import rows
from promotions.admin.ruled import Ruled
from promotions.models import Campaign, ValidationRuleAssignment, Variation
from promotions.selectors import variations as known
from promotions.selectors.validation_rules import PARTS
from promotions.selectors.variations import Planned
from promotions.services.variations import Outcome
from promotions.variation_table import Table
from promotions.words import campaign_state


@dataclass(frozen=True, kw_only=True)
class Line:
    """One variation in the grid."""

    id: str
    name: str
    url: str
    state: str
    is_draft: bool
    cells: Mapping[str, str]
    offer: str
    conditions: str
    runs: str
    budget: str
    codes: str
    redeemed: str
    given: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a row of the table makes."""

    name: str
    offer: str
    conditions: str
    runs: str
    codes: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    name: str
    heading: str
    text: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class Editable:
    """One row of the table with its cells; `problem` is about the whole row."""

    number: int
    cells: Sequence[Cell]
    result: Result | None
    problem: str

    @property
    def is_wrong(self) -> bool:
        return bool(self.problem) or any(cell.problem for cell in self.cells)


def of(parent: Campaign, now: datetime) -> list[Line]:
    """The grid, in the order of the table."""
    linked = list(known.of(parent))
    found = reports.with_results(Campaign.objects.filter(pk__in=[one.campaign_id for one in linked]))
    campaigns = {one.pk: one for one in found.prefetch_related("budgets")}
    carriers = {one.campaign_id: _carrier(campaigns[one.campaign_id]) for one in linked}
    ruled = Ruled([*campaigns.values(), *(one for one in carriers.values() if not isinstance(one, Campaign))])
    said = _conditions(campaigns.values())
    return [
        _line(
            one,
            campaigns[one.campaign_id],
            ruled.offer(carriers[one.campaign_id]),
            said.get(one.campaign_id, words.NOTHING),
            now,
        )
        for one in linked
    ]


def headings(lines: Sequence[Line]) -> list[str]:
    """The headings of what people wrote, apart from what other columns say."""
    shown = dict.fromkeys(heading for line in lines for heading in line.cells)
    return list(shown)


def result(campaign: Campaign) -> Result:
    carrier = _carrier(campaign)
    ruled = Ruled([campaign] if carrier is campaign else [campaign, carrier])
    return Result(
        name=campaign.name,
        offer=ruled.offer(carrier),
        conditions=_conditions([campaign]).get(campaign.pk, ""),
        runs=words.period(campaign.starts_at, campaign.ends_at),
        codes=_codes(campaign),
    )


def editable(
    table: Table, number: int, row: Sequence[str], planned: Planned, tried: Outcome[Result] | None
) -> Editable:
    cells = [
        Cell(
            name=f"cell-{number}-{column}",
            heading=heading,
            text=text,
            problem=planned.problems.get(heading, ""),
        )
        for column, (heading, text) in enumerate(zip(table.headings, row, strict=True))
    ]
    elsewhere = [text for heading, text in planned.problems.items() if heading not in table.headings]
    problem = " ".join(elsewhere) or (tried.problem if tried else "")
    return Editable(number=number, cells=cells, result=tried.shown if tried else None, problem=problem)


def _line(one: Variation, campaign: Campaign, offer: str, conditions: str, now: datetime) -> Line:
    limits = [budget for budget in campaign.budgets.all() if budget.deleted_at is None]
    return Line(
        id=campaign.public_id,
        name=campaign.name,
        url=reverse("admin:promotions_campaign_change", args=[campaign.pk]),
        state=rows.state_label(campaign_state(campaign, now)),
        is_draft=campaign.is_draft,
        cells={key: text for key, text in one.cells.items() if key not in _SAID},
        offer=offer,
        conditions=conditions,
        runs=words.period(campaign.starts_at, campaign.ends_at),
        budget=", ".join(budget.name for budget in limits) or words.NOTHING,
        codes=_codes(campaign),
        redeemed=words.number(campaign.redeemed),  # type: ignore[attr-defined]
        given=words.money(campaign.discount_given),  # type: ignore[attr-defined]
    )


_SAID = (
    "Name", "Description", "Start", "End", "Discount", "Segment", "Product", "Collection", "Budget", "Codes",
    "Code", "Pattern",
)  # fmt: skip


def _conditions(campaigns: Iterable[Campaign]) -> dict[int, str]:
    """What each of them asks for, in words; what asks for nothing is left out."""
    assigned = ValidationRuleAssignment.objects.filter(campaign__in=[one.pk for one in campaigns])
    rules = {one.campaign_id: one.rule for one in assigned.select_related("rule")}
    contents = {pk: {part: getattr(rule, part) for part in PARTS} for pk, rule in rules.items()}
    known = version_words.names_of_terms(rules=contents.values(), discounts=())
    return {
        pk: rule_words.paragraph(rule_words.document_in(content), known)
        for pk, content in contents.items()
        if pk is not None
    }


def _carrier(campaign: Campaign) -> Any:
    carried = known.discount_of(campaign)
    if carried is None or carried[0] is campaign:
        return campaign
    carried[0].campaign = campaign  # type: ignore[union-attr]
    return carried[0]


def _codes(campaign: Campaign) -> str:
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        return "without codes"
    if not campaign.is_draft:
        return words.number(campaign.vouchers_count)
    return campaign.planned_code or f"{words.count(campaign.planned_codes, 'code')} at its launch"
