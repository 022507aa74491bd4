from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from approvals.models import ApprovalRequest
from core.models import AuditEntry
from promotions.models.campaigns import Lifecycle
from tests.approvals.world import DEEP, person, policy
from tests.factories.promotions import CampaignFactory, percent

pytestmark = pytest.mark.django_db

PAGE = "/admin/approvals/simulator/"
SPACE = "\N{NO-BREAK SPACE}"


def asked(desk: Client, **question: Any) -> str:
    """The answer as people read it."""
    answer = desk.get(PAGE, question)
    assert answer.status_code == 200
    text = html.unescape(answer.text).replace(SPACE, " ")
    return " ".join(text[text.index("data-simulator-facts") :].split())


def by_hand(desk: Client, **question: Any) -> str:
    return asked(desk, what="facts", role="USER", **{"operation": "campaigns.launch", **question})


@pytest.fixture
def desk(page_as: Callable[[str], Client]) -> Client:
    return page_as("User")


def test_nobody_is_asked_where_no_policy_applies(desk: Client) -> None:
    policy("Finance", conditions=[DEEP])

    said = by_hand(desk, **{"fact-discount_percent": "24.99"})

    assert "Nobody has to be asked: it is done at once." in said
    assert "None of the policies in force." in said
    assert 'the discount is at least 25 %<span class="fanfare-muted"> – no, it is 24.99 %' in said


def test_says_who_is_asked_and_why(desk: Client) -> None:
    person("fi", "Finance")
    fo = person("fo", "Finance")
    fo.first_name, fo.last_name = "Fo", "Finch"
    fo.save()
    policy("Category", "Finance", conditions=[DEEP], due_hours=24, operations=("campaigns.launch",))
    policy(
        "Finance", name="Dear", conditions=[{"fact": "budget", "operator": "at_least", "value": 5_000_000}]
    )

    said = by_hand(desk, **{"fact-discount_percent": "30", "fact-budget": "49999.99"})

    assert "1 of Category and then 1 of Finance have to say yes within 24 hours." in said
    assert '<b>1 of Finance</b><span class="fanfare-muted">fi, Fo Finch</span>' in said
    assert '“Launch a campaign”<span class="fanfare-muted"> – yes, it is “Launch a campaign”' in said
    assert 'the discount is at least 25 %<span class="fanfare-muted"> – yes, it is 30 %' in said
    applies, _, not_ = said.partition("Policies that do not")
    assert ">Deep discounts</a>" in applies
    assert (
        'the budget is at least 50,000.00 EUR<span class="fanfare-muted"> – no, it is 49,999.99 EUR' in not_
    )
    assert not ApprovalRequest.objects.exists()


def test_facts_of_every_kind(desk: Client) -> None:
    policy(
        "Finance",
        conditions=[
            {"fact": "segments", "operator": "is_any_of", "value": ["VIP"]},
            {"fact": "has_no_budget", "operator": "is", "value": True},
            {"fact": "codes", "operator": "more_than", "value": 10},
            {"fact": "kind", "operator": "is_none_of", "value": ["PROMOTION"]},
        ],
    )

    said = by_hand(
        desk,
        **{
            "fact-segments": "VIP, Staff",
            "fact-has_no_budget": "yes",
            "fact-codes": "11",
            "fact-audience": "",
        },
    )

    assert "1 of Finance has to say yes." in said
    assert 'a segment is VIP<span class="fanfare-muted"> – yes, it is VIP, Staff' in said
    kind = "the kind of campaign is not Promotion (applied without a code)"
    assert f'{kind}<span class="fanfare-muted"> – yes, it is unknown' in said


def test_a_draft_is_tried_and_stays_a_draft(desk: Client) -> None:
    person("fi", "Finance")
    policy("Finance", conditions=[DEEP])
    campaign = CampaignFactory(
        name="Spring", discount=percent(30), lifecycle=Lifecycle.DRAFT, is_active=False
    )
    assert "Spring (draft)" in desk.get(PAGE).text

    said = asked(desk, what=f"campaign:{campaign.public_id}", role="USER")

    assert "Launch a campaign, asked for by marketers" in said
    assert "1 of Finance has to say yes." in said
    assert '<th scope="row">Discount in percent</th><td>30 %</td>' in said
    campaign.refresh_from_db()
    assert campaign.lifecycle == Lifecycle.DRAFT
    assert not AuditEntry.objects.exists()


def test_says_why_a_draft_cannot_be_launched_at_all(desk: Client) -> None:
    campaign = CampaignFactory(promotion=True, lifecycle=Lifecycle.DRAFT, is_active=False)

    said = asked(desk, what=f"campaign:{campaign.public_id}", role="USER")

    assert "This cannot be done at all:" in said


def test_says_who_may_not_even_ask(desk: Client) -> None:
    said = asked(desk, what="facts", role="VIEWER", operation="campaigns.launch")

    assert "This is refused: the role may neither do it nor ask for it." in said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"what": "campaign:camp_none"}, "not one of the available choices"),
        ({"what": "nonsense"}, "not one of the available choices"),
        ({"role": "KING"}, "not one of the available choices"),
        ({"operation": "budgets.burn"}, "not one of the available choices"),
        ({"operation": ""}, "Choose an operation."),
        ({"fact-budget": "lots"}, "Write an amount such as 12.34."),
        ({"fact-codes": "1.5"}, "whole number"),
        ({"fact-discount_percent": "-1"}, "greater than or equal to 0"),
    ],
)
def test_says_what_is_wrong_with_the_question(desk: Client, question: dict[str, str], said: str) -> None:
    given = {"what": "facts", "role": "USER", "operation": "campaigns.launch", **question}

    text = html.unescape(desk.get(PAGE, given).text)

    assert said in text
    assert "has to say yes" not in text


def test_a_role_without_campaigns_to_see_is_not_offered_any(page_as: Callable[[str], Client]) -> None:
    assert "Simulator" in page_as("Finance").get(PAGE).text
    assert page_as("Merchant").get(PAGE).status_code == 200
