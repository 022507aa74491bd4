"""A button stands on the page exactly where the service behind it would do its work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from approvals.models import ApprovalRequest
from approvals.selectors import options
from approvals.services import requests
from core.errors import DomainError
from tests.approvals.asked import ask, move, say
from tests.approvals.world import acting, person, policy

pytestmark = pytest.mark.django_db

Made = Callable[[User, User, datetime], ApprovalRequest]


def pending(mia: User, fin: User, now: datetime) -> ApprovalRequest:
    return ask(mia, now)


def half_way(mia: User, fin: User, now: datetime) -> ApprovalRequest:
    return say(ask(mia, now), fin, "APPROVE", now)


def sent_back(mia: User, fin: User, now: datetime) -> ApprovalRequest:
    return say(ask(mia, now), fin, "REQUEST_CHANGES", now, "Less")


def stale(mia: User, fin: User, now: datetime) -> ApprovalRequest:
    request = ask(mia, now)
    move(request, now)
    with pytest.raises(DomainError):
        say(request, fin, "APPROVE", now)
    return request


def scheduled(mia: User, fin: User, now: datetime) -> ApprovalRequest:
    request = ask(mia, now)
    later = now + timedelta(days=1)
    requests.schedule(request_id=request.pk, effective_at=later, actor=acting(mia), now=now)
    say(request, fin, "APPROVE", now)
    return say(request, User.objects.get(username="fay"), "APPROVE", now)


def rejected(mia: User, fin: User, now: datetime) -> ApprovalRequest:
    return say(ask(mia, now), fin, "REJECT", now, "No")


STATES: Final[tuple[Made, ...]] = (pending, half_way, sent_back, stale, scheduled, rejected)


@pytest.mark.parametrize("made", STATES, ids=lambda made: made.__name__)
def test_buttons_are_what_services_allow(made: Made, now: datetime) -> None:
    people = [
        person("mia", "Marketer"),
        person("fin", "Finance"),
        person("fay", "Finance"),
        person("rev", "Reviewer"),
        person("ben", "Marketer"),
        person("see", "Viewer"),
        person("adm", "Administrator"),
    ]
    policy("Finance", needed=2)
    request = ApprovalRequest.objects.get(pk=made(people[0], people[1], now).pk)
    wrong: dict[str, Any] = {}
    for who in people:
        offered = options.of(request, acting(who), now)
        for name, works in attempts(request, who, now).items():
            if getattr(offered, name) != works:
                wrong[f"{who.username} {name}"] = works

    assert wrong == {}


def attempts(request: ApprovalRequest, who: User, now: datetime) -> dict[str, bool]:
    """What really works; each is taken back."""
    own = {"request_id": request.pk, "actor": acting(who), "now": now}
    later = now + timedelta(days=2)
    return {
        "approve": works(lambda: say(request, who, "APPROVE", now)),
        "request_changes": works(lambda: say(request, who, "REQUEST_CHANGES", now, "Less")),
        "reject": works(lambda: say(request, who, "REJECT", now, "No")),
        "emergency": works(lambda: say(request, who, "EMERGENCY", now, "Now")),
        "withdraw": works(lambda: requests.withdraw(**own)),
        "propose_anew": works(lambda: requests.resubmit(**own)),
        "schedule": works(lambda: requests.schedule(effective_at=later, **own)),
    }


def works(call: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            call()
            transaction.set_rollback(True)
    except DomainError:
        return False
    return True


def test_who_does_not_decide_reads_why(now: datetime) -> None:
    mia, fin, ben = person("mia", "Marketer"), person("fin", "Finance"), person("ben", "Marketer")
    person("fay", "Finance")
    policy("Finance", needed=2)
    request = say(ask(mia, now), fin, "APPROVE", now)

    reasons = [options.of(request, acting(who), now).why_not for who in (mia, fin, ben)]

    assert reasons == [
        "Somebody else decides: you asked for this, or changed it last.",
        "You decided about this already. It waits for others now.",
        "This stage is decided by others: Finance.",
    ]
