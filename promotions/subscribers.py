"""What the catalogue reacts to."""

from __future__ import annotations

from datetime import datetime

from core import events
from core.actors import Actor
from core.models import OutboxEvent
from core.services import project
from integrations.services import async_actions
from promotions.services import clock_changes, code_batches, distribution_audience, publication_runs


@events.subscribe(async_actions.FINISHED, name="promotions.code_batches.conclude")
def conclude_batch(event: OutboxEvent, now: datetime) -> None:
    """The codes of a campaign are all there, or will not come."""
    code_batches.conclude(action_id=event.entity_id, now=now)


@events.subscribe(async_actions.FINISHED, name="promotions.publication_runs.follow")
def follow_run(event: OutboxEvent, now: datetime) -> None:
    """A portion of a run is done, or was cancelled."""
    publication_runs.follow(action_id=event.entity_id, now=now)


@events.subscribe(project.UPDATED, name="promotions.clock_changes.follow")
def count_by_the_new_clock(event: OutboxEvent, now: datetime) -> None:
    """Days, weeks and months of limits begin at other instants now."""
    actor = Actor.system("the project's new clock", channel="TASK")
    clock_changes.follow(changed=event.payload["changed"], actor=actor, now=now)


@events.subscribe(
    *distribution_audience.EVENTS,
    name="promotions.distributions.react",
    listens=distribution_audience.listened_to,
)
def tell_customers(event: OutboxEvent, now: datetime) -> None:
    """A message for whoever it is about, where a distribution waits for such a thing."""
    distribution_audience.react(event=event, now=now)
