"""Shells around promotion services for Celery, safe to run twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from celery import shared_task
from django.utils import timezone

from core.actors import Actor
from promotions.services import catalogue_changes, lifecycle, nightly_proof, sessions

# Any process that serves requests looks far more often; one that does not starts anew.
_CHANGES_KEPT_FOR: Final = timedelta(hours=6)


@shared_task
def settle_campaigns(**_: Any) -> int:
    """What may be redeemed goes by the clock anyway; this brings lists, filters and events to it."""
    return lifecycle.settle_due(now=timezone.now())


@shared_task
def tidy_sessions(**_: Any) -> int:
    """What ended sessions still hold is free anyway; this only takes it off the sums."""
    return sessions.tidy_away(now=timezone.now())


@shared_task
def reconcile(**_: Any) -> int | None:
    """Asked every hour, done once after each night."""
    return nightly_proof.run_when_due(actor=Actor.system("reconcile", channel="TASK"), now=timezone.now())


@shared_task
def prune_catalogue_changes(**_: Any) -> int:
    return catalogue_changes.prune(older_than=timezone.now() - _CHANGES_KEPT_FOR)
