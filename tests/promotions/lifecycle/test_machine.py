"""Any sequence of launches, reviews, switches, dates and late beats, against a model of a few lines."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from core.actors import Actor
from core.errors import DomainError
from core.models import AuditEntry, OutboxEvent
from promotions.models import BY_CLOCK, DRAFTS, Campaign, Lifecycle, Voucher
from promotions.services import campaigns, lifecycle
from promotions.services.campaigns import CampaignSpec
from promotions.words import campaign_state
from tests.conftest import NOW
from tests.promotions.lifecycle.drafting import draft

HOUR = timedelta(hours=1)
SHOWN = {"SCHEDULED": "Scheduled", "LIVE": "Running", "ENDED": "Ended", "PAUSED": "Paused"}
FOLLOWED = {
    "PENDING": "IN_REVIEW",
    "STALE": "IN_REVIEW",
    "CHANGES_REQUESTED": "CHANGES_REQUESTED",
    "REJECTED": "REJECTED",
    "APPROVED": "APPROVED",
    "WITHDRAWN": "DRAFT",
}
hours = st.none() | st.integers(-6, 6)


class LifecycleMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        for model in (Voucher, Campaign):
            model.objects.all().delete()
        self.now, self.actor = NOW, Actor.system("machine")
        self.pk = draft(self.actor, self.now, count=2).pk
        self.stage, self.is_on, self.settled = "DRAFT", False, ""
        self.starts, self.ends = None, None
        self.launches = 0

    @property
    def clock(self) -> str:
        if self.ends is not None and self.ends <= self.now:
            return "ENDED"
        return "SCHEDULED" if self.starts is not None and self.starts > self.now else "LIVE"

    def key_of(self, service: Any, **given: Any) -> str:
        try:
            service(**given, campaign_id=self.pk, actor=self.actor, now=self.now)
        except DomainError as refusal:
            return refusal.key
        return ""

    @rule()
    def launch(self) -> None:
        key = self.key_of(campaigns.launch)
        if self.stage == "":
            assert key == "campaign_not_draft"
        elif self.clock == "ENDED":
            assert key == "campaign_not_ready"
        else:
            assert key == ""
            self.stage, self.is_on, self.settled = "", True, self.clock
            self.launches += 1

    @rule(is_on=st.booleans())
    def switch(self, is_on: bool) -> None:
        key = self.key_of(campaigns.set_active, is_active=is_on)
        if self.stage:
            assert key == ("campaign_is_draft" if is_on else "")
        elif self.is_on != is_on:
            self.is_on, self.settled = is_on, self.clock

    @rule(starts=hours, ends=hours)
    def edit(self, starts: int | None, ends: int | None) -> None:
        dates = [None if one is None else self.now + one * HOUR for one in (starts, ends)]
        spec = CampaignSpec(values={"starts_at": dates[0], "ends_at": dates[1]})
        if not self.key_of(campaigns.update, spec=spec):
            self.starts, self.ends = dates
            self.settled = self.clock

    @rule(state=st.sampled_from(sorted(FOLLOWED)))
    def review(self, state: str) -> None:
        lifecycle.follow(state, Campaign.objects.get(pk=self.pk).public_id, self.actor, self.now)
        self.stage = self.stage and FOLLOWED[state]

    @rule(later=st.integers(0, 5))
    def time_goes_by_without_a_beat(self, later: int) -> None:
        self.now += later * HOUR

    @rule()
    def beat(self) -> None:
        lifecycle.settle_due(now=self.now)
        self.settled = self.clock

    @invariant()
    def it_stands_where_it_should(self) -> None:
        row = Campaign.objects.get(pk=self.pk)
        assert row.lifecycle == (self.stage or (self.settled if self.is_on else "PAUSED"))
        assert row.is_active is self.is_on is (row.lifecycle in BY_CLOCK)
        assert row.is_draft is bool(self.stage) is (row.lifecycle in DRAFTS)
        stands = self.clock if self.is_on else row.lifecycle
        assert campaign_state(row, self.now) == SHOWN.get(stands, Lifecycle(stands).label)

    @invariant()
    def codes_are_made_by_the_one_launch(self) -> None:
        assert Voucher.objects.filter(campaign=self.pk).count() == 2 * self.launches <= 2

    @invariant()
    def each_event_has_its_audit_row(self) -> None:
        public_id = Campaign.objects.get(pk=self.pk).public_id
        rows = AuditEntry.objects.filter(entity_id=public_id).order_by("pk")
        events = OutboxEvent.objects.filter(entity_id=public_id).order_by("sequence")
        assert list(rows.values_list("action", flat=True)) == list(events.values_list("name", flat=True))


def test_a_campaign_under_any_sequence_of_steps(db: None) -> None:
    examples, steps = (100, 40) if os.environ.get("FANFARE_NIGHTLY") else (12, 20)
    run_state_machine_as_test(
        LifecycleMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
