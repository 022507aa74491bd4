"""Shells around promotion services for Celery, safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core import periodic
from core.actors import Actor
from core.periodic import Stage
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


@periodic.job("start and end campaigns", every=60)
def settle_campaigns(now: datetime) -> int:
    """What may be redeemed goes by the clock anyway; this brings lists, filters and events to it."""
    return lifecycle.settle_due(now=now)


@periodic.job("write to customers", every=5, stage=Stage.FOLLOWING, expires=5)
def send_distributions(now: datetime) -> int:
    """Collect customers of distributions that start, and send what is due within their pace."""
    return distribution_audience.collect_due(now=now) + distribution_sending.send_due(now=now)


@periodic.job("publish the next minute's share", every=20, stage=Stage.FOLLOWING)
def publish_shares(now: datetime) -> int:
    """Runs at a pace of so many a minute."""
    return publication_runs.go_on(now=now)


@periodic.job("tidy validation sessions that are over", every=60, stage=Stage.TIDYING)
def tidy_sessions(now: datetime) -> int:
    """What ended sessions still hold is free anyway; this only takes it off the sums."""
    return sessions.tidy_away(now=now)


@periodic.job("prove that counters say what their rows say", every=3600, stage=Stage.PROVING)
def reconcile(now: datetime) -> int | None:
    """Asked every hour, done once after each night, so that a night without a worker is made up for."""
    return nightly_proof.run_when_due(actor=Actor.system("reconcile", channel="TASK"), now=now)


@periodic.job("prune changes of the catalogue", every=3600, stage=Stage.TIDYING)
def prune_catalogue_changes(now: datetime) -> int:
    return catalogue_changes.prune(older_than=now - _CHANGES_KEPT_FOR)
