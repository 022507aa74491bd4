"""Shells around promotion services for Celery, safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core import periodic
from core.actors import Actor
from promotions.services import (
    catalogue_changes,
    distribution_audience,
    distribution_sending,
    lifecycle,
    nightly_proof,
    publication_runs,
    sessions,
)

# Any process that serves requests looks far more often; one that does not starts anew.
_CHANGES_KEPT_FOR: Final = timedelta(hours=6)


@periodic.job
def settle_campaigns(now: datetime) -> int:
    """What may be redeemed goes by the clock anyway; this brings lists, filters and events to it."""
    return lifecycle.settle_due(now=now)


@periodic.job
def send_distributions(now: datetime) -> int:
    """Collect customers of distributions that start, and send what is due within their pace."""
    return distribution_audience.collect_due(now=now) + distribution_sending.send_due(now=now)


@periodic.job
def publish_shares(now: datetime) -> int:
    """Runs at a pace of so many a minute."""
    return publication_runs.go_on(now=now)


@periodic.job
def tidy_sessions(now: datetime) -> int:
    """What ended sessions still hold is free anyway; this only takes it off the sums."""
    return sessions.tidy_away(now=now)


@periodic.job
def reconcile(now: datetime) -> int | None:
    """Asked every hour, done once after each night, so that a night without a worker is made up for."""
    return nightly_proof.run_when_due(actor=Actor.system("reconcile", channel="TASK"), now=now)


@periodic.job
def prune_catalogue_changes(now: datetime) -> int:
    return catalogue_changes.prune(older_than=now - _CHANGES_KEPT_FOR)
