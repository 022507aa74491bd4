"""A new reward that a programme offers at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.actors import Actor
from promotions.models import RewardAssignment
from promotions.services import reward_assignments, rewards
from promotions.services.reward_assignments import AssignmentSpec
from promotions.services.rewards import RewardSpec


@transaction.atomic
def offer(
    *, campaign_id: int, reward: RewardSpec, spec: AssignmentSpec, actor: Actor, now: datetime
) -> RewardAssignment:
    """Make a reward and its price in a programme, both or none.

    :raises DomainError: as the services of rewards and of assignments.
    """
    made = rewards.create(spec=reward, actor=actor, now=now)
    return reward_assignments.create(
        reward_id=made.pk, campaign_id=campaign_id, spec=spec, actor=actor, now=now
    )
