"""What the golden cases do not show: reasons in full, and corners of the exclusion pre-check."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from engine import (
    ApplicationMode,
    Basket,
    Candidate,
    Category,
    Outcome,
    RedeemableObject,
    Snapshot,
    StackingRules,
    StackingType,
    Status,
    Uses,
    Validity,
    effects,
    evaluate,
    reasons,
)

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
PARTIAL = StackingRules(redeemables_application_mode=ApplicationMode.PARTIAL)
EXCLUSIVE = Category(id="cat_x", stacking_type=StackingType.EXCLUSIVE)
JOINT = Category(id="cat_j", stacking_type=StackingType.JOINT)
TEN_OFF = effects.parse({"type": "PERCENT", "percent_off": 10})


def candidate(key: str, category: Category | None = None, **facts: object) -> Candidate:
    return replace(Candidate(key=key, discount=TEN_OFF, category=category), **facts)  # type: ignore[arg-type]


def decide(*candidates: Candidate, rules: StackingRules = PARTIAL) -> Outcome:
    return evaluate(
        Snapshot(now=NOW, basket=Basket(amount=10000), candidates=candidates, stacking_rules=rules)
    )


def told(outcome: Outcome) -> list[tuple[str, str]]:
    return [(step.key, step.reason.key if step.reason else "applied") for step in outcome.steps]


def test_refusal_says_why_and_what_would_help() -> None:
    outcome = decide(
        candidate("v_1", label="XMAS", validity=Validity(starts_at=datetime(2026, 12, 1, tzinfo=UTC)))
    )

    assert outcome.valid is False
    assert outcome.order is None
    (step,) = outcome.steps
    assert step.status is Status.INAPPLICABLE
    assert step.reason is not None
    assert step.reason.to_json() == {
        "key": "voucher_not_active",
        "message": "voucher not active yet",
        "details": "XMAS starts on Tuesday 1 December 00:00",
        "remedy": "Works from Tuesday 1 December 00:00",
        "resource_id": None,
        "resource_type": None,
        "custom_message": None,
    }


def test_limit_says_how_many_there_were() -> None:
    rules = replace(PARTIAL, applicable_redeemables_limit=1)

    outcome = decide(candidate("A"), candidate("B"), rules=rules)

    reason = outcome.steps[1].reason
    assert reason is not None
    assert reason.details == "1 already applied, the limit is 1"


def test_valid_exclusive_one_behind_an_invalid_one_blocks_common_ones() -> None:
    outcome = decide(
        candidate("common"),
        candidate("off", EXCLUSIVE, is_active=False),
        candidate("on", EXCLUSIVE),
    )

    assert told(outcome) == [
        ("common", "exclusion_rules_not_met"),
        ("off", "voucher_disabled"),
        ("on", "applied"),
    ]


def test_used_up_exclusive_one_blocks_nobody() -> None:
    outcome = decide(candidate("common"), candidate("gone", EXCLUSIVE, uses=Uses(quantity=1, held=1)))

    assert told(outcome) == [("common", "applied"), ("gone", "quantity_exceeded")]


def test_exclusive_one_that_changes_nothing_still_blocks() -> None:
    zero = effects.parse({"type": "AMOUNT", "amount_off": 0})

    outcome = decide(candidate("common"), candidate("zero", EXCLUSIVE, discount=zero))

    assert told(outcome) == [("common", "exclusion_rules_not_met"), ("zero", "applied")]


def test_exclusion_is_asked_before_eligibility() -> None:
    unknown = Candidate(key="NOPE", reason=reasons.not_found(resource_type="voucher", resource_id="NOPE"))

    outcome = decide(unknown, candidate("exclusive", EXCLUSIVE), rules=StackingRules())

    assert told(outcome) == [("NOPE", "exclusion_rules_not_met"), ("exclusive", "applied")]
    assert outcome.valid is True


def test_preceding_failure_is_told_before_exclusion() -> None:
    outcome = decide(
        candidate("on", EXCLUSIVE),
        candidate("off", EXCLUSIVE, is_active=False),
        candidate("common"),
        rules=StackingRules(),
    )

    assert told(outcome) == [
        ("on", "applied"),
        ("off", "voucher_disabled"),
        ("common", "preceding_validation_failed"),
    ]
    assert outcome.valid is False


def test_joint_ones_stand_last_even_when_the_exclusive_one_fails() -> None:
    outcome = decide(
        candidate("joint", JOINT), candidate("off", EXCLUSIVE, is_active=False), candidate("common")
    )

    assert told(outcome) == [("off", "voucher_disabled"), ("common", "applied"), ("joint", "applied")]


def test_a_voucher_and_a_tier_may_have_the_same_key() -> None:
    outcome = decide(candidate("same"), candidate("same", object=RedeemableObject.PROMOTION_TIER))

    assert [(step.object, step.status) for step in outcome.steps] == [
        (RedeemableObject.VOUCHER, Status.APPLICABLE),
        (RedeemableObject.PROMOTION_TIER, Status.APPLICABLE),
    ]


def test_without_candidates_the_order_is_only_counted() -> None:
    outcome = decide(rules=StackingRules())

    assert outcome.valid is True
    assert outcome.steps == ()
    assert outcome.order is not None
    assert (outcome.order.total_amount, outcome.order.total_applied_discount_amount) == (10000, 0)


def test_refused_ones_leave_the_order_untouched() -> None:
    outcome = decide(candidate("off", is_active=False), candidate("A"), candidate("B"))

    first, second = (step.order for step in outcome.with_status(Status.APPLICABLE))
    assert first is not None
    assert second is not None
    assert (first.total_amount, second.total_amount) == (9000, 8100)
    assert outcome.order is not None
    assert outcome.order.applied_discount_amount == 1900
