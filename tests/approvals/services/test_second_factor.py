"""No decision without the second step where the project asks for it (PROOFS S5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest, Decision
from approvals.services import decisions
from core import second_factor
from core.actors import Actor
from core.admin.base import staff_actor
from core.models import ProjectSettings
from core.second_factor import SecondFactorNeeded
from core.services import second_factors
from promotions.models import EmergencyStop
from promotions.services import stops
from tests.approvals.api.asking import ask, at, campaign, free_policy, yes
from tests.approvals.world import DEEP, acting, person, policy
from tests.factories.stops import ANNA, BERT, stop

pytestmark = pytest.mark.django_db


def asked_for_from(day: date) -> None:
    ProjectSettings.objects.update(second_factor_required_from=day)


def decide(request: ApprovalRequest, actor: Actor, verdict: str, now: datetime) -> ApprovalRequest:
    return decisions.decide(
        request_id=request.pk,
        verdict=Decision.Verdict(verdict),
        revision=request.revision,
        comment="Too deep",
        actor=actor,
        now=now,
    )


@pytest.fixture
def waiting(api_as: Callable[[str], APIClient]) -> ApprovalRequest:
    """Asks a group that has no other right: its members decide all the same."""
    policy("Category managers", conditions=[DEEP])
    person("cora", "Category managers", "Marketer")
    return ask(api_as("USER"), campaign())


@pytest.mark.parametrize("verdict", ["APPROVE", "REQUEST_CHANGES", "REJECT"])
def test_a_person_decides_after_the_second_step_only(
    verdict: str, waiting: ApprovalRequest, now: datetime
) -> None:
    asked_for_from(now.date())
    cora = acting(User.objects.get(username="cora"))

    with pytest.raises(SecondFactorNeeded):
        decide(waiting, cora, verdict, now)

    waiting.refresh_from_db()
    assert (waiting.state, Decision.objects.count()) == (ApprovalRequest.State.PENDING, 0)
    decide(waiting, replace(cora, second_factor=True), verdict, now)
    assert Decision.objects.count() == 1


def test_before_that_day_the_password_is_enough(waiting: ApprovalRequest, now: datetime) -> None:
    asked_for_from(now.date() + timedelta(days=1))

    decide(waiting, acting(User.objects.get(username="cora")), "APPROVE", now)

    assert Decision.objects.count() == 1


def test_keys_do_not_decide_then(api: APIClient, api_as: Callable[[str], APIClient]) -> None:
    free_policy()
    request = ask(api_as("USER"), campaign())
    asked_for_from(date(2026, 1, 1))

    refused = api.post(at(request, "/decisions"), yes(request))

    assert (refused.status_code, refused.json()["key"]) == (403, "second_factor_required")
    assert Decision.objects.count() == 0
    asked_for_from(date(9000, 1, 1))
    assert api.post(at(request, "/decisions"), yes(request)).status_code == 200


def test_anybody_stops_and_nobody_restores_without_it(now: datetime) -> None:
    asked_for_from(now.date())
    stopped = stop()
    stops.ask_to_restore(stop_id=stopped.pk, reason="It is right again", actor=ANNA, now=now)

    with pytest.raises(SecondFactorNeeded):
        stops.confirm_restore(stop_id=stopped.pk, actor=BERT, now=now)

    assert EmergencyStop.objects.get().restored_at is None
    stops.confirm_restore(stop_id=stopped.pk, actor=replace(BERT, second_factor=True), now=now)
    assert EmergencyStop.objects.get().restored_at == now


def test_the_actor_of_a_page_knows_whether_its_session_took_the_step(
    rf: RequestFactory, now: datetime
) -> None:
    cora = person("cora", "Marketer")
    seed = second_factors.new_seed()

    def acts(session: Any) -> bool:
        request = rf.get("/")
        request.user, request.session = User.objects.get(pk=cora.pk), session
        return staff_actor(request).second_factor

    session = Client().session
    assert acts(session) is False
    code = pyotp.TOTP(second_factors.secret_of(seed)).at(now)
    second_factors.enrol(user_id=cora.pk, seed=seed, code=code, actor=Actor.system("t"), now=now)
    assert acts(session) is False
    request = rf.get("/")
    request.user, request.session = User.objects.get(pk=cora.pk), session
    second_factor.remember(request)
    assert acts(session) is True
    assert acts(Client().session) is False
