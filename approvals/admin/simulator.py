"""The page "Simulator": which policies would a draft, or an operation with some facts, meet, and why?

The question stands in the address, so that an answer can be sent as a link. Nothing stays written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from approvals import policy_words, registry
from approvals.admin.simulator_form import SimulatorForm
from approvals.models import Policy
from approvals.policies import Judgement
from approvals.services import simulations
from approvals.services.simulations import Simulation
from core import words
from core.admin.base import sentence, staff_allows
from core.errors import DomainError


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that a policy asks: what it wants, what was found, and whether that is so."""

    wanted: str
    found: str
    holds: bool


@dataclass(frozen=True, kw_only=True)
class Card:
    """One policy with its reasons."""

    name: str
    version: int
    url: str
    applies: bool
    checks: tuple[Check, ...]
    stages: str


def urls() -> list[URLPattern]:
    return [path("approvals/simulator/", admin.site.admin_view(page), name="approvals_simulator")]


def page(request: HttpRequest) -> HttpResponse:
    """GET with the question in its parameters; without any the empty form."""
    if not staff_allows(request.user, "approvals.read"):
        raise PermissionDenied
    is_asked = "what" in request.GET
    form = SimulatorForm(request.GET if is_asked else None, user=request.user)
    found: Simulation | None = None
    refusal = ""
    if is_asked and form.is_valid():
        try:
            found = _simulated(form)
        except DomainError as error:
            refusal = sentence(error)
    context = {
        **admin.site.each_context(request),
        "title": "Simulator",
        "form": form,
        "is_by_hand": form["what"].value() == "facts",
        "refusal": refusal,
        "answer": None if found is None else _answer(found),
    }
    return TemplateResponse(request, "approvals/admin/simulator.html", context)


def _simulated(form: SimulatorForm) -> Simulation:
    """:raises DomainError: what is asked about cannot be done at all."""
    role, now = form.cleaned_data["role"], timezone.now()
    trial = form.trial()
    if trial is not None:
        return simulations.tried(trial=trial[0], id=trial[1], role=role, now=now)
    return simulations.by_hand(
        operation=form.cleaned_data["operation"], role=role, facts=form.facts(), now=now
    )


def _answer(found: Simulation) -> dict[str, Any]:
    known: policy_words.Known = {}
    pages = {
        row.public_id: reverse("admin:approvals_policy_change", args=[row.pk])
        for row in Policy.objects.filter(public_id__in=[one.policy.id for one in found.judgements])
    }
    cards = [_card(one, found, pages.get(one.policy.id, ""), known) for one in found.judgements]
    return {
        "operation": found.operation.label,
        "role": policy_words.ROLES.get(found.role, found.role),
        "summary": _summary(found),
        "is_good": not found.is_refused and found.needed is None,
        "is_refused": found.is_refused,
        "applying": [card for card in cards if card.applies],
        "others": [card for card in cards if not card.applies],
        "stages": [
            (f"{stage.needed} of {policy_words.who(stage)}", _names(people))
            for stage, people in found.deciders
        ],
        "short": found.short,
        "facts": [
            (fact.label, policy_words.value(fact, found.facts[name]))
            for name, fact in registry.facts().items()
            if name in found.facts
        ],
    }


def _summary(found: Simulation) -> str:
    if found.is_refused:
        return "This is refused: the role may neither do it nor ask for it."
    if found.needed is None:
        return "Nobody has to be asked: it is done at once."
    due = found.needed.hours("due_hours")
    within = f" within {policy_words.hours(due)}" if due else ""
    stages = found.needed.stages
    verb = "has" if len(stages) == 1 and stages[0].needed == 1 else "have"
    return f"{policy_words.stages(stages)} {verb} to say yes{within}."


def _card(one: Judgement, found: Simulation, url: str, known: policy_words.Known) -> Card:
    return Card(
        name=one.policy.name,
        version=one.policy.version,
        url=url,
        applies=one.applies,
        checks=tuple(_checks(one, found, known)),
        stages=policy_words.stages(one.policy.content.stages),
    )


def _checks(one: Judgement, found: Simulation, known: policy_words.Known) -> Iterator[Check]:
    content = one.policy.content
    if content.operations:
        yield Check(
            wanted=" or ".join(f"“{policy_words.label(name)}”" for name in content.operations),
            found=f"“{found.operation.label}”",
            holds=found.operation.name in content.operations,
        )
    if content.roles:
        whose = " or ".join(policy_words.ROLES.get(role, role) for role in content.roles)
        yield Check(
            wanted=f"asked for by {whose}",
            found=policy_words.ROLES.get(found.role, found.role),
            holds=found.role in content.roles,
        )
    for condition, value, holds in one.checks:
        fact = registry.facts().get(condition.fact)
        shown = words.shown(value) if fact is None else policy_words.value(fact, value)
        yield Check(wanted=policy_words.condition(condition, known), found=shown, holds=holds)


def _names(people: list[Any]) -> str:
    return ", ".join(one.get_full_name() or one.get_username() for one in people) or "nobody"
