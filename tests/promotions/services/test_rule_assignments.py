"""One rule for each object, whatever runs at the same time; many assignments go in few statements."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.actors import Actor, ActorKind
from core.errors import DuplicateFound, NotFound
from core.models import AuditEntry, OutboxEvent
from promotions.models import ValidationRule, ValidationRuleAssignment, Voucher
from promotions.services import rule_assignments, validation_rules
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)

RACERS = 6


def race(calls: list[Callable[[], Any]]) -> list[Any]:
    """All calls at once; returns what each returned or raised."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            results[number] = call()
        except (DuplicateFound, NotFound) as error:
            results[number] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=entry) for entry in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("force", [False, True])
def test_parallel_assignments_leave_one_rule(actor: Actor, now: datetime, force: bool) -> None:
    voucher: Any = VoucherFactory()
    rules: list[Any] = ValidationRuleFactory.create_batch(RACERS)

    results = race(
        [
            lambda rule=rule: rule_assignments.create(
                rule=rule, related=voucher, force=force, actor=actor, now=now
            )
            for rule in rules
        ]
    )

    made = [result for result in results if isinstance(result, ValidationRuleAssignment)]
    assert len(made) == (RACERS if force else 1)
    assert ValidationRuleAssignment.objects.get().rule in rules
    told = OutboxEvent.objects.filter(name="business_validation_rule.assignment.created").count()
    untold = OutboxEvent.objects.filter(name="business_validation_rule.assignment.deleted").count()
    assert (told, untold) == (len(made), len(made) - 1)


@pytest.mark.django_db(transaction=True)
def test_a_rule_deleted_meanwhile_holds_for_nothing(actor: Actor, now: datetime) -> None:
    """Either the assignment came first and went with the rule, or there was no rule any more."""
    rule: Any = ValidationRuleFactory()
    vouchers: list[Any] = VoucherFactory.create_batch(RACERS)

    results = race(
        [
            *(
                lambda voucher=voucher: rule_assignments.create(
                    rule=rule, related=voucher, force=False, actor=actor, now=now
                )
                for voucher in vouchers
            ),
            lambda: validation_rules.delete(rule_id=rule.pk, actor=actor, now=now),
        ]
    )

    assert not ValidationRule.objects.exists()
    assert not ValidationRuleAssignment.objects.exists()
    assert all(isinstance(result, NotFound | ValidationRuleAssignment | None) for result in results)


@pytest.mark.django_db
def test_a_rule_with_many_assignments_goes_in_few_statements(
    actor: Actor, now: datetime, count_queries: Callable[[Any], int]
) -> None:
    few: Any = RuleAssignmentFactory(voucher=VoucherFactory()).rule
    many: Any = ValidationRuleFactory()
    for voucher in VoucherFactory.create_batch(30):
        RuleAssignmentFactory(rule=many, voucher=voucher)

    def delete(rule: ValidationRule) -> int:
        return count_queries(lambda: validation_rules.delete(rule_id=rule.pk, actor=actor, now=now))

    assert delete(few) == delete(many)
    assert OutboxEvent.objects.filter(name="business_validation_rule.assignment.deleted").count() == 31
    assert AuditEntry.objects.filter(action="validation_rule.assignment.deleted").count() == 31


@pytest.mark.django_db
def test_people_may_change_the_rule_of_a_protected_campaign(now: datetime) -> None:
    person = Actor(kind=ActorKind.USER, id="1", label="Ada", role="ADMIN", channel="ADMIN")
    campaign: Any = CampaignFactory(promotion=True, protected=True)
    tier: Any = PromotionTierFactory(campaign=campaign)
    rule: Any = ValidationRuleFactory()

    for related in (campaign, tier):
        made = rule_assignments.create(rule=rule, related=related, force=False, actor=person, now=now)
        rule_assignments.delete(assignment_id=made.pk, actor=person, now=now)
    changed = validation_rules.update(rule_id=rule.pk, values={"name": "New"}, actor=person, now=now)

    assert changed.name == "New"
    assert not ValidationRuleAssignment.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "related",
    [
        lambda: {},
        lambda: {"voucher": VoucherFactory(), "campaign": CampaignFactory()},
        lambda: {"campaign": CampaignFactory(), "promotion_tier": PromotionTierFactory()},
    ],
)
def test_the_database_wants_exactly_one_object(related: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises(IntegrityError, match="rule_assignment_of_one_object"), transaction.atomic():
        RuleAssignmentFactory(**related())


@pytest.mark.django_db
def test_the_database_wants_one_rule_for_each_object() -> None:
    voucher: Any = VoucherFactory()
    RuleAssignmentFactory(voucher=voucher)

    with pytest.raises(IntegrityError, match="voucher_id"), transaction.atomic():
        RuleAssignmentFactory(voucher=voucher)

    assert Voucher.objects.get(rule_assignment__isnull=False) == voucher
