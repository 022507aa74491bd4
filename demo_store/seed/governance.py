"""Who works for the demo shop, who has to say yes to what, and two requests that wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from approvals.gate import ApprovalRequired
from approvals.policies import Condition, PolicyContent, Stage
from approvals.services import policies, requests
from approvals.services.policies import PolicySpec
from core.actors import Actor
from core.staff import as_actor
from promotions.models import Budget, Campaign
from promotions.services import budgets, campaigns
from promotions.services.budgets import BudgetSpec
from promotions.services.campaigns import CampaignSpec

PEOPLE: Final = {
    "mia": ("Mia", "Marek", ("Marketer",)),
    "carla": ("Carla", "Conti", ("Viewer", "Reviewer", "Category managers")),
    "fred": ("Fred", "Fischer", ("Viewer", "Finance")),
    "sam": ("Sam", "Sorel", ("Support",)),
}
"""Login -> first name, last name, groups. Nobody can sign in before somebody gives him a password."""


def load(*, now: datetime, actor: Actor) -> None:
    people = {login: _person(login, *about) for login, about in PEOPLE.items()}
    _policy(
        "Deep discounts",
        "A quarter of the price or more: the category first, then the money.",
        _stages("Category managers", "Finance"),
        (Condition(fact="discount_percent", operator="at_least", value=25),),
        now,
        actor,
    )
    _policy(
        "Big budgets",
        "What may cost 10,000.00 or more.",
        _stages("Finance"),
        (Condition(fact="budget", operator="at_least", value=1_000_000),),
        now,
        actor,
    )
    _ask_for_requests(people["mia"], now)


def _stages(*groups: str) -> tuple[Stage, ...]:
    return tuple(Stage(name=group, group=group) for group in groups)


def _person(login: str, first: str, last: str, groups: tuple[str, ...]) -> User:
    person, _ = User.objects.get_or_create(
        username=login,
        defaults={
            "first_name": first,
            "last_name": last,
            "email": f"{login}@example.com",
            "is_staff": True,
            "password": make_password(None),
        },
    )
    person.groups.add(*(Group.objects.get_or_create(name=name)[0] for name in groups))
    return person


def _policy(
    name: str,
    description: str,
    stages: tuple[Stage, ...],
    conditions: tuple[Condition, ...],
    now: datetime,
    actor: Actor,
) -> None:
    content = PolicyContent(
        roles=("USER",), stages=stages, conditions=conditions, due_hours=48, remind_hours=24
    )
    spec = PolicySpec(name=name, description=description, content=content)
    policies.create(spec=spec, actor=actor, now=now)


def _ask_for_requests(marketer: User, now: datetime) -> None:
    """A deeper discount waits for the category, a larger budget for the money."""
    actor = as_actor(marketer)
    campaign = Campaign.objects.get(name="Autumn beans")
    season = Budget.objects.get(name="Season")
    deeper: dict[str, Any] = {"discount": {**(campaign.discount or {}), "percent_off": 30}}
    _ask(
        lambda: campaigns.update(
            campaign_id=campaign.pk, spec=CampaignSpec(values=deeper), actor=actor, now=now
        ),
        "Last year's harvest has to leave the warehouse before the new one comes.",
        now - timedelta(hours=5),
    )
    _ask(
        lambda: budgets.update(
            budget_id=season.pk, spec=BudgetSpec(values={"limit": 300_000}), actor=actor, now=now
        ),
        "Black Friday will use what is left of the season's budget.",
        now - timedelta(hours=2),
    )


def _ask(operation: Any, reason: str, now: datetime) -> None:
    try:
        operation()
    except ApprovalRequired as asked:
        requests.submit(proposal=asked.proposal, now=now, reason=reason)
