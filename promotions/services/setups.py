"""A whole promotion in one go: campaign, conditions, tiers, budget and places made or changed together.

What is made is a draft, which is free; its launch, and every change of what runs, go through the gates of
their own. So whatever policies say about parts of it holds here as well. Goes beyond the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from approvals import codec, proposals, registry
from approvals.gate import ApprovalRequired, gated
from approvals.models import ApprovalRequest
from approvals.proposals import Proposal
from approvals.selectors import policies
from approvals.services import scheduling
from core.actors import Actor
from core.errors import DomainError, MissingPermission, NotFound
from core.locking import lock, retried
from core.places import named
from core.services.assignments import Access, Places
from promotions import template_content as contents
from promotions.models import Campaign, CampaignTemplate
from promotions.plans import CodePlan, PromotionPlan, TierPlan
from promotions.selectors import campaigns as known_campaigns
from promotions.selectors import plans
from promotions.selectors.launching import LAUNCH
from promotions.services import campaigns, inheritance, setup_parts, template_resources, versions
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec

_TIMES: Final = (
    "starts_at",
    "ends_at",
    "timeframe_interval",
    "timeframe_duration",
    "days_of_week",
    "validity_hours",
)


class ChangedMeanwhile(DomainError):
    status = 409
    key = "campaign_changed_meanwhile"
    message = "Campaign was changed meanwhile"


def digest(plan: PromotionPlan) -> str:
    """By which a change says on what it was made."""
    return codec.digest(codec.encode({"plan": plan}))


@retried
@transaction.atomic
def create(*, plan: PromotionPlan, actor: Actor, now: datetime) -> Campaign:
    """A draft with everything that the plan says.

    :raises DomainError: as campaigns, tiers, conditions and budgets; then nothing of it is there.
    """
    with versions.together(actor=actor, now=now):
        campaign = campaigns.create(spec=_new(plan), actor=actor, now=now)
        setup_parts.settle_budget(campaign, None, plan.budget, actor=actor, now=now)
    return known_campaigns.printable(Campaign.objects.all()).get(pk=campaign.pk)


def launch(*, plan: PromotionPlan, actor: Actor, now: datetime) -> Campaign:
    """Make it and let it reach customers within its dates, in one transaction.

    :raises ApprovalRequired: somebody has to say yes to the launch; the draft is there, and waits for that.
    :raises DomainError: as `create` and `campaigns.launch`; then nothing of it is there.
    """
    asked: ApprovalRequired | None = None
    with transaction.atomic():
        campaign = create(plan=plan, actor=actor, now=now)
        try:
            campaign = campaigns.launch(campaign_id=campaign.pk, actor=actor, now=now)
        except ApprovalRequired as refusal:
            asked = refusal
    if asked is not None:
        raise asked
    return campaign


@transaction.atomic
def launch_at(
    *, plan: PromotionPlan, at: datetime, actor: Actor, now: datetime
) -> tuple[Campaign, ApprovalRequest]:
    """Make the draft, and file its launch for an instant.

    :raises DomainError: as `create` and `scheduling.propose`; then nothing of it is there.
    """
    campaign = create(plan=plan, actor=actor, now=now)
    request = scheduling.propose(
        operation=LAUNCH, arguments={"campaign_id": campaign.pk}, effective_at=at, actor=actor, now=now
    )
    return campaign, request


def change(*, campaign_id: int, plan: PromotionPlan, seen: str, actor: Actor, now: datetime) -> Campaign:
    """Make a campaign be as the plan says: one change, one request if somebody has to be asked.

    `seen` is the `digest` of the plan of it that whoever changes it has seen. A budget is changed with the
    right to change budgets only, or asked for.

    :raises ChangedMeanwhile: it is not as it was seen any more.
    :raises ApprovalRequired: nothing is changed; somebody has to say yes.
    :raises DomainError: as the services of its parts.
    """
    rework = rework_with_budget if is_about_budget(campaign_id, plan) else rework_terms
    return rework(campaign_id=campaign_id, plan=plan, seen=seen, actor=actor, now=now)


def is_about_budget(campaign_id: int, plan: PromotionPlan) -> bool:
    return plans.plan_of(_found(campaign_id)).budget != plan.budget


@gated("campaigns.rework")
@retried
@transaction.atomic
def rework_terms(
    *, campaign_id: int, plan: PromotionPlan, seen: str, actor: Actor, now: datetime
) -> Campaign:
    """Everything but the budget. :raises DomainError: as `change`."""
    with versions.together(actor=actor, now=now):
        return _reworked(campaign_id, plan, seen, actor, now, with_budget=False)


@gated("budgets.rework")
@retried
@transaction.atomic
def rework_with_budget(
    *, campaign_id: int, plan: PromotionPlan, seen: str, actor: Actor, now: datetime
) -> Campaign:
    """Everything. :raises DomainError: as `change`."""
    if not actor.may("campaigns.modify"):
        raise MissingPermission("The permission campaigns.modify is needed.")
    with versions.together(actor=actor, now=now):
        return _reworked(campaign_id, plan, seen, actor, now, with_budget=True)


def _reworked(
    campaign_id: int, plan: PromotionPlan, seen: str, actor: Actor, now: datetime, *, with_budget: bool
) -> Campaign:
    was = plans.plan_of(_found(campaign_id))
    values = _changed(was, plan, _found(campaign_id))
    # Codes are locked before campaigns everywhere.
    inheritance.lock_used_codes(campaign_id, values)
    lock(Campaign.objects.filter(pk=campaign_id))
    campaign = _found(campaign_id)
    if plans.plan_of(campaign) != was or digest(was) != seen:
        raise ChangedMeanwhile("Somebody changed it since you opened it. Look at what is different now.")
    conditions = setup_parts.settle_rule(
        campaign, was.conditions, plan.conditions, plan.name, actor=actor, now=now
    )
    campaigns.update(
        campaign_id=campaign_id,
        spec=CampaignSpec(
            values=values,
            metadata={k: v for k, v in plan.metadata.items() if was.metadata.get(k, ...) != v},
            unset_metadata=tuple(key for key in was.metadata if key not in plan.metadata),
            conditions=conditions,
            access=None if _places(was) == _places(plan) else _access(plan),
        ),
        actor=actor,
        now=now,
    )
    if plan.is_automatic:
        setup_parts.settle_tiers(campaign, was.tiers, plan.tiers, actor=actor, now=now)
    if with_budget:
        setup_parts.settle_budget(campaign, was.budget, plan.budget, actor=actor, now=now)
    return known_campaigns.printable(Campaign.objects.all()).get(pk=campaign_id)


def _new(plan: PromotionPlan) -> CampaignSpec:
    codes = plan.codes
    values: dict[str, Any] = {
        **_basics(plan),
        **({"type": codes.type, "code_config": codes.config} if codes else {}),
        **({"discount": dict(plan.discount)} if plan.discount else {}),
        **({"gift": dict(plan.gift)} if plan.gift else {}),
    }
    if codes:
        values |= {"voucher_redemption_quantity": codes.uses, "join_once": codes.join_once}
    is_one_code = codes is not None and codes.type == Campaign.Type.STANDALONE
    return CampaignSpec(
        kind=plan.kind,
        code=codes.code if codes and is_one_code else None,
        vouchers_count=codes.count if codes and not is_one_code else 0,
        tiers=tuple(_new_tier(tier) for tier in plan.tiers) if plan.is_automatic else None,
        values=values,
        metadata=dict(plan.metadata),
        new_conditions=setup_parts.columns_of(plan.conditions, plan.name),
        access=_access(plan) if plan.places else None,
        is_draft=True,
    )


def _new_tier(tier: TierPlan) -> TierSpec:
    return TierSpec(
        values={"name": tier.name, "banner": tier.banner, "discount": dict(tier.discount)},
        new_conditions=setup_parts.columns_of(tier.conditions, tier.name),
    )


def _basics(plan: PromotionPlan) -> dict[str, Any]:
    times = {name: getattr(plan, name) for name in _TIMES}
    times["days_of_week"] = list(plan.days_of_week) if plan.days_of_week else None
    return {
        "name": plan.name,
        "description": plan.description,
        "category": plan.category or None,
        "return_policy": plan.return_policy,
        "protected": plan.protected,
        **times,
    }


def _changed(was: PromotionPlan, plan: PromotionPlan, campaign: Campaign) -> dict[str, Any]:
    """The columns that become different, as `campaigns.update` wants them."""
    old, new = _basics(was), _basics(plan)
    if was.codes is not None and plan.codes is not None:
        for side, codes in ((old, was.codes), (new, plan.codes)):
            side |= {
                "type": codes.type,
                "voucher_redemption_quantity": codes.uses,
                "join_once": codes.join_once,
            }
            if campaign.is_draft:
                is_one = codes.type == Campaign.Type.STANDALONE
                side |= {
                    "code_config": dict(codes.config),
                    "planned_code": codes.code if is_one else "",
                    "planned_codes": 0 if is_one else codes.count,
                }
    values = {name: value for name, value in new.items() if old[name] != value}
    if plan.discount and plan.discount != was.discount:
        values["discount"] = _merged(was.discount, plan.discount, is_draft=campaign.is_draft)
    if plan.gift and plan.gift != was.gift and campaign.is_draft:
        values["gift"] = dict(plan.gift)
    return values


def _merged(was: Mapping[str, Any] | None, wire: Mapping[str, Any], *, is_draft: bool) -> dict[str, Any]:
    """What is not said any more is said as null: services merge what is launched."""
    same_type = was is not None and was.get("type") == wire.get("type")
    gone = dict.fromkeys(was or (), None) if same_type and not is_draft else {}
    return {**gone, **wire}


def _places(plan: PromotionPlan) -> set[tuple[str, str]]:
    return set(named(plan.places))


def _access(plan: PromotionPlan) -> Access:
    return Access(assign=Places.of(plan.places), is_whole=True)


def _found(campaign_id: int) -> Campaign:
    found = known_campaigns.printable(known_campaigns.present()).filter(pk=campaign_id).first()
    if found is None:
        raise NotFound.of("campaign", str(campaign_id))
    return found


class _Undone(Exception):
    pass


def tried[Shown](
    *, plan: PromotionPlan, show: Callable[[Campaign], Shown], actor: Actor, now: datetime
) -> Shown:
    """What would come of a new promotion, as `show` sees the draft of it. Nothing stays.

    :raises DomainError: as `create`.
    """
    try:
        with transaction.atomic():
            shown = show(create(plan=plan, actor=actor, now=now))
            raise _Undone
    except _Undone:
        return shown


def proposed(*, campaign_id: int, plan: PromotionPlan, seen: str, actor: Actor, now: datetime) -> Proposal:
    """What a change would come to, and who would have to say yes. Nothing stays.

    :raises DomainError: as `change`.
    """
    name = "budgets.rework" if is_about_budget(campaign_id, plan) else "campaigns.rework"
    arguments = {"campaign_id": campaign_id, "plan": plan, "seen": seen, "actor": actor, "now": now}
    return proposals.dry(registry.operation(name), arguments, policies.in_force())


def of_template(*, template: CampaignTemplate, actor: Actor, now: datetime) -> PromotionPlan:
    """A plan of what a template holds; what its conditions name is found or made.

    :raises DomainError: as templates.
    """
    content = template.content
    with transaction.atomic():
        ids, _ = template_resources.settle(content["resources"], actor=actor, now=now)
    settings, rule = content["settings"], contents.with_ids(content["conditions"] or {}, ids)
    worth = {name: contents.with_ids(content[name], ids) for name in contents.WORTH if name in content}
    times = contents.time_of(content, {}, now)
    return PromotionPlan(
        kind=template.campaign_type,
        name=template.name,
        description=settings["description"],
        return_policy=settings["return_policy"],
        conditions={part: rule[part] for part in plans.PARTS if rule.get(part)},
        codes=CodePlan(
            type=settings["type"],
            config=settings["code_config"],
            uses=settings["voucher_redemption_quantity"],
            join_once=settings["join_once"],
        ),
        metadata=content["metadata"],
        **{**times, "days_of_week": tuple(times["days_of_week"]) if times["days_of_week"] else None},
        **worth,
    )
