"""What a running programme gives points for waits for a yes as other changes of a campaign do."""

from __future__ import annotations

import pytest

from approvals.models import ApprovalRequest
from loyalty import earning_rule_approvals
from loyalty.models import EarningRule
from tests.approvals.api.asking import at, free_policy, yes
from tests.factories.promotions import CREATED_AT
from tests.loyalty.members import programme

pytestmark = pytest.mark.django_db
FIXED = {"type": "FIXED", "points": 35}


@pytest.fixture
def rule():
    return EarningRule.objects.create(
        campaign=programme(), event="order.paid", loyalty=FIXED, created_at=CREATED_AT
    )


def test_a_policy_about_changes_of_campaigns_holds_for_rules(api, api_as, rule):
    free_policy(operations=("campaigns.update",), conditions=())
    path = f"/v1/loyalties/{rule.campaign.public_id}/earning-rules/{rule.public_id}"

    for call in (
        lambda caller: caller.put(path, {"loyalty": {**FIXED, "points": 70}}),
        lambda caller: caller.post(f"{path}/disable"),
        lambda caller: caller.delete(path),
    ):
        answer = call(api_as("USER"))
        assert (answer.status_code, answer.json()["key"]) == (403, "approval_required"), answer.json()
    rule.refresh_from_db()
    assert (rule.loyalty, rule.is_active, rule.deleted_at) == (FIXED, True, None)
    request = ApprovalRequest.objects.get(operation="earning_rules.update")
    said = earning_rule_approvals.sentences("earning_rules", request.base, request.proposal)
    assert said == ["When an order is paid; 70 points, until now: When an order is paid; 35 points"]

    assert api.post(at(request, "/decisions"), yes(request)).status_code == 200
    request.refresh_from_db()
    assert request.state == ApprovalRequest.State.APPLIED
    rule.refresh_from_db()
    assert rule.loyalty["points"] == 70


def test_says_what_becomes_different():
    old = {"said": "When an order is paid; 35 points", "active": True}
    other = {"said": "When a customer enters VIP; 10 points", "active": True}

    def said(before, after):
        return earning_rule_approvals.sentences(
            "earning_rules",
            {str(at): one for at, one in enumerate(before)},
            {str(at): one for at, one in enumerate(after)},
        )

    assert said([old], [old, other]) == ["New: When a customer enters VIP; 10 points"]
    assert said([old, other], [other]) == ["No more: When an order is paid; 35 points"]
    assert said([old], [{**old, "active": False}]) == ["Disabled: When an order is paid; 35 points"]
    assert said([old], [{**old, "metadata": {"a": 1}}]) == [
        "When an order is paid; 35 points: details change"
    ]
    assert said([old], [old]) == []
