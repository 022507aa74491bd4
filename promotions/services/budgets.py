"""Budgets: what may be spent, by which campaigns. Goes beyond the contract (governance 5, B18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from approvals.gate import gated
from core import audit, events
from core.actors import Actor
from core.errors import DuplicateFound, NotFound
from core.locking import lock, retried
from core.project import current as project_settings
from promotions.models import Budget, BudgetAlert, BudgetCampaign, BudgetPlan, Campaign
from promotions.selectors import budgets as selectors
from promotions.services import budget_alerts, versions
from promotions.services.budget_alerts import Crossing, reached
from promotions.services.budget_terms import (
    InvalidBudget,
    LimitTooLow,
    Plan,
    check_plan,
    refuse_change_of_counting,
    settle,
)
from promotions.services.definitions import assign, facts

MOST_CAMPAIGNS: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class BudgetSpec:
    """What a caller says about a budget.

    `values` maps columns to what was sent, and only that. `campaign_ids` are wire ids of all campaigns that
    draw on it, `plan` says what is planned for each month (its first day); None: not sent.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    campaign_ids: Sequence[str] | None = None
    plan: Plan | None = None


@gated("budgets.create")
@retried
@transaction.atomic
def create(*, spec: BudgetSpec, actor: Actor, now: datetime) -> Budget:
    """Make a budget. It counts from now on; what was redeemed before is not counted.

    :raises InvalidBudget: what does not fit, and how it would.
    :raises DuplicateFound: the name is taken.
    :raises NotFound: unknown campaign.
    """
    budget = Budget(**spec.values, created_at=now)
    if budget.per == Budget.Per.CUSTOMER and "thresholds" not in spec.values:
        budget.thresholds = []  # nobody wants to be told of every customer
    settle(budget, spec.values)
    check_plan(budget, spec.plan or {})
    _save(budget)
    after = facts({name: getattr(budget, name) for name in selectors.TERMS})
    audit.log(actor, "budget.created", budget, now=now, after={**after, **_plan_facts(spec.plan or {})})
    _tell("created", budget, actor, now)
    _write_plan(budget, spec.plan or {})
    _let_draw(budget, spec.campaign_ids or (), actor, now)
    versions.note(budget, actor=actor, now=now)
    return selectors.get(budget.public_id)


@gated("budgets.update")
@retried
@transaction.atomic
def update(*, budget_id: int, spec: BudgetSpec, actor: Actor, now: datetime) -> Budget:
    """Change what was sent; campaigns and plan are replaced as a whole.

    The limit holds at once for everything that runs now. It can go down to what is used and held, not below.

    :raises LimitTooLow: more is used or held already; says what the lowest limit is.
    :raises ResourceInUse: it would count differently, but something was drawn.
    :raises InvalidBudget: what does not fit, and how it would.
    :raises DuplicateFound: the name is taken.
    :raises NotFound: unknown campaign, or deleted in the meantime.
    """
    budget = _locked(budget_id)
    before = {name: getattr(budget, name) for name in selectors.TERMS}
    assign(budget, spec.values)
    settle(budget, spec.values)
    refuse_change_of_counting(budget, before)
    if spec.plan is not None or {"starts_on", "ends_on"} & set(spec.values):
        check_plan(budget, selectors.plan_of(budget) if spec.plan is None else spec.plan)
    _move_limit(budget, before, actor, now)
    budget.updated_at = now
    _save(budget, [*selectors.TERMS, "updated_at"])
    after = {name: getattr(budget, name) for name in selectors.TERMS}
    old, new = audit.changes(facts(before), facts(after))
    if spec.plan is not None and (planned := selectors.plan_of(budget)) != dict(spec.plan):
        old, new = old | _plan_facts(planned), new | _plan_facts(spec.plan)
        _write_plan(budget, spec.plan)
    if new:
        audit.log(actor, "budget.updated", budget, now=now, before=old, after=new)
        _tell("updated", budget, actor, now)
    if spec.campaign_ids is not None:
        _let_draw(budget, spec.campaign_ids, actor, now)
    versions.note(budget, actor=actor, now=now)
    return selectors.get(budget.public_id)


@gated("budgets.switch")
@transaction.atomic
def set_active(*, budget_id: int, is_active: bool, actor: Actor, now: datetime) -> Budget:
    """Put in or out of force; the second time nothing happens. Out of force it neither limits nor counts.

    :raises NotFound: deleted in the meantime.
    """
    budget = _locked(budget_id)
    if budget.is_active != is_active:
        budget.is_active, budget.updated_at = is_active, now
        budget.save(update_fields=["is_active", "updated_at"])
        verb = "enabled" if is_active else "disabled"
        change: dict[str, Any] = {"before": {"active": not is_active}, "after": {"active": is_active}}
        audit.log(actor, f"budget.{verb}", budget, now=now, **change)
        _tell(verb, budget, actor, now)
        versions.note(budget, actor=actor, now=now)
    return budget


@gated("budgets.delete")
@transaction.atomic
def delete(*, budget_id: int, actor: Actor, now: datetime) -> None:
    """It limits nothing any more; its name is free. What was drawn stays readable.

    :raises NotFound: deleted in the meantime.
    """
    budget = _locked(budget_id)
    budget.deleted_at = budget.updated_at = now
    budget.save(update_fields=["deleted_at", "updated_at"])
    before = facts({name: getattr(budget, name) for name in ("name", "measure", "limit")})
    audit.log(actor, "budget.deleted", budget, now=now, before=before)
    _tell("deleted", budget, actor, now)
    versions.note(budget, actor=actor, now=now)


def join(*, campaign: Campaign, drawn_by: Campaign, actor: Actor, now: datetime) -> None:
    """Let a new draft draw on the budgets that `drawn_by` draws on, within the caller's transaction.

    :raises InvalidBudget: as many campaigns as a budget can have draw on one of them.
    """
    shared = Budget.objects.filter(campaigns=drawn_by, deleted_at=None).values("pk")
    for budget in lock(Budget.objects.filter(pk__in=shared)):
        if BudgetCampaign.objects.filter(budget=budget).count() >= MOST_CAMPAIGNS:
            raise InvalidBudget(f"{MOST_CAMPAIGNS} campaigns draw on {budget} already, which is the most.")
        _move_draws(budget, added=[campaign], removed=[], actor=actor, now=now)
        versions.note(budget, actor=actor, now=now)


def _move_limit(budget: Budget, before: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """Let what runs now follow a new limit or new thresholds. Counters are locked after the budget."""
    if all(before[name] == getattr(budget, name) for name in ("limit", "thresholds")):
        return
    counters = selectors.running_counters(budget, project_settings(), now)
    locked = counters.order_by(*selectors.LOCK_ORDER).select_for_update(no_key=True)
    lowest, crossings = 0, []
    for subject, period, used, held in locked.values_list("subject", "period", "value", "held").iterator():
        lowest = max(lowest, used + held)
        known = reached(limit=before["limit"], thresholds=before["thresholds"], used=used)
        now_reached = reached(limit=budget.limit, thresholds=budget.thresholds, used=used)
        crossing = Crossing(
            budget_id=budget.pk,
            subject=subject,
            period=period,
            thresholds=[threshold for threshold in now_reached if threshold not in known],
            used=used,
            limit=budget.limit,
        )
        crossings += [crossing] if crossing.thresholds else []
    if budget.limit < lowest:
        raise LimitTooLow(lowest)
    counters.update(most=budget.limit)
    _forget_alerts_out_of_reach(budget, now)
    budget_alerts.raise_alerts(crossings, actor, now)


def _forget_alerts_out_of_reach(budget: Budget, now: datetime) -> None:
    """Under a higher limit what was told is not true any more, and is told again when it is."""
    gone = [
        pk
        for pk, threshold, used in selectors.running_alerts(budget, project_settings(), now)
        if used * budget_alerts.WHOLE < budget.limit * threshold
    ]
    BudgetAlert.objects.filter(pk__in=gone).delete()


def _let_draw(budget: Budget, campaign_ids: Sequence[str], actor: Actor, now: datetime) -> None:
    """Make these campaigns, and no others, draw on the budget; each change is told."""
    wanted = {campaign.pk: campaign for campaign in _campaigns(campaign_ids)}
    present = {draw.campaign_id: draw.campaign for draw in selectors.drawing(budget)}
    added = [wanted[pk] for pk in wanted if pk not in present]
    removed = [present[pk] for pk in present if pk not in wanted]
    _move_draws(budget, added=added, removed=removed, actor=actor, now=now)


def _move_draws(
    budget: Budget, *, added: Sequence[Campaign], removed: Sequence[Campaign], actor: Actor, now: datetime
) -> None:
    BudgetCampaign.objects.bulk_create(BudgetCampaign(budget=budget, campaign=found) for found in added)
    BudgetCampaign.objects.filter(budget=budget, campaign__in=removed).delete()
    for verb, campaigns in (("attached", added), ("detached", removed)):
        for campaign in campaigns:
            payload = {"budget_id": budget.public_id, "campaign_id": campaign.public_id}
            note = {"campaign": campaign.name, "campaign_id": campaign.public_id}
            side: dict[str, Any] = {"after" if verb == "attached" else "before": note}
            audit.log(actor, f"budget.campaign_{verb}", budget, now=now, **side)
            events.emit(f"budget.campaign_{verb}", entity=budget, actor=actor, now=now, payload=payload)


def _campaigns(campaign_ids: Sequence[str]) -> list[Campaign]:
    if len(campaign_ids) > MOST_CAMPAIGNS:
        raise InvalidBudget(f"Property .campaign_ids must have at most {MOST_CAMPAIGNS} items")
    found = {
        row.public_id: row for row in Campaign.objects.filter(public_id__in=campaign_ids, deleted_at=None)
    }
    for campaign_id in campaign_ids:
        if campaign_id not in found:
            raise NotFound.of("campaign", campaign_id)
    return sorted(found.values(), key=lambda campaign: campaign.pk)


def _write_plan(budget: Budget, plan: Plan) -> None:
    BudgetPlan.objects.filter(budget=budget).delete()
    BudgetPlan.objects.bulk_create(
        BudgetPlan(budget=budget, month=month, amount=amount) for month, amount in sorted(plan.items())
    )


def _plan_facts(plan: Plan) -> dict[str, Any]:
    return {"plan": {f"{month:%Y-%m}": amount for month, amount in sorted(plan.items())}}


def _locked(budget_id: int) -> Budget:
    rows = lock(Budget.objects.filter(pk=budget_id, deleted_at=None))
    if not rows:
        raise NotFound.of(selectors.OBJECT, str(budget_id))
    return rows[0]


def _save(budget: Budget, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            if fields is None:
                budget.save(force_insert=True)
            else:
                budget.save(update_fields=fields)
    except IntegrityError as error:
        raise DuplicateFound(f"Duplicated budget exists with name {budget.name}") from error


def _tell(verb: str, budget: Budget, actor: Actor, now: datetime) -> None:
    payload = {"budget_id": budget.public_id}
    events.emit(f"budget.{verb}", entity=budget, actor=actor, now=now, payload=payload)
