"""What a session knows about the second step of signing in (the codes: `core.services.second_factors`)."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, Final

from django.http import HttpRequest

from core import project
from core.actors import Actor, ActorKind
from core.errors import DomainError
from core.models import ProjectSettings, SecondFactor
from core.staff import staff_allows

_KEY: Final = "second_factor"


class Step(Enum):
    """What is missing before the admin opens."""

    CODE = "code"
    ENROL = "enrol"


def is_verified(request: HttpRequest) -> bool:
    """Whether this session has shown a code of the app that the person has now."""
    factor_id = _factor_id(request.user)
    return factor_id is not None and request.session.get(_KEY) == factor_id


class SecondFactorNeeded(DomainError):
    status = 403
    key = "second_factor_required"
    message = "A second factor is required"


def demand(actor: Actor, *, now: datetime) -> None:
    """For decisions of people: where the project asks deciders for the second step, none is made without it,
    whatever group made somebody a decider. Keys have no second step.

    :raises SecondFactorNeeded: it is asked for, and the actor has not taken it.
    """
    if actor.kind is ActorKind.SYSTEM or actor.second_factor or not _is_in_force(project.current(), now):
        return
    raise SecondFactorNeeded(
        "This project asks for a code of an authenticator app before such a decision. People set it up in "
        "the admin under their name, Second step of signing in; keys cannot decide."
    )


def is_required(user: Any, *, settings: ProjectSettings, now: datetime) -> bool:
    """Whether the project asks this person for the second step today."""
    if not _is_in_force(settings, now):
        return False
    everybody = settings.second_factor_required_for == ProjectSettings.SecondFactorFor.STAFF
    return everybody or staff_allows(user, "approvals.decide")


def missing_step(request: HttpRequest, *, settings: ProjectSettings, now: datetime) -> Step | None:
    """What this session has to do before anything else. Who has an app shows a code, required or not."""
    if is_verified(request):
        return None
    if _factor_id(request.user) is not None:
        return Step.CODE
    return Step.ENROL if is_required(request.user, settings=settings, now=now) else None


def remember(request: HttpRequest) -> None:
    """A right code was shown: the session goes on under another key, known to nobody else."""
    forget(request)
    request.session.cycle_key()
    request.session[_KEY] = _factor_id(request.user)


def forget(request: HttpRequest) -> None:
    """The person's app changed in this request."""
    request.session.pop(_KEY, None)
    if hasattr(request.user, "_second_factor_id"):
        del request.user._second_factor_id


def _is_in_force(settings: ProjectSettings, now: datetime) -> bool:
    since = settings.second_factor_required_from
    return since is not None and now.astimezone(settings.zone).date() >= since


def _factor_id(user: Any) -> int | None:
    """The person's app, if he has one. One query per request."""
    if not hasattr(user, "_second_factor_id"):
        user._second_factor_id = (
            SecondFactor.objects.filter(user_id=user.pk).values_list("pk", flat=True).first()
        )
    found: int | None = user._second_factor_id
    return found
