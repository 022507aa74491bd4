"""Templates: a campaign or tier kept as a pattern, and new ones made of it. Contract: data and events 18.

A template gives nobody anything, so nobody is asked about it; what is made of it goes through the same
services, and so the same gate, as anything new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from approvals.gate import ApprovalRequired
from core import audit, events
from core.actors import Actor
from core.errors import DomainError, DuplicateFound, InvalidPayload, NotFound
from core.locking import lock, retried
from core.models import MetadataSchema
from engine.rules.needs import flat
from promotions import starter_templates
from promotions import template_content as contents
from promotions.code_config import CodeConfig
from promotions.models import Campaign, CampaignTemplate, PromotionTier, ValidationRule
from promotions.selectors import validation_rules as known_rules
from promotions.services import campaigns, codes, template_resources, tiers
from promotions.services.campaigns import CampaignSpec
from promotions.services.definitions import InvalidCampaign, facts
from promotions.services.template_resources import Made, TemplateNotUsable
from promotions.services.tiers import TierSpec

_UNSUPPORTED: Final = (
    "redemption.api_key",
    "redemption.user.login",
    "redemption.count.per_api_key",
    "redemption.count.per_user",
    "customer.loyalty_tier",
)
_CAMPAIGN, _CODE, _TIER = "campaign", "voucher", "promotion_tier"


class UnsupportedCampaignType(DomainError):
    key = "campaign_type_is_not_supported_by_campaign_template"
    message = "Campaign type is not supported by campaign template"


@dataclass(frozen=True, kw_only=True)
class SetupSpec:
    """What goes over the template in something new. `values` are columns, None of `metadata`: as kept."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] | None = None
    vouchers_count: int = 0
    code: str = ""
    is_draft: bool = False


@dataclass(frozen=True, kw_only=True)
class Setup[Row: (Campaign, PromotionTier)]:
    """What was made of a template, and what else was made for it."""

    row: Row
    made: Sequence[Made]


@retried
@transaction.atomic
def create(
    *, of: Campaign | PromotionTier, name: str, description: str, actor: Actor, now: datetime
) -> CampaignTemplate:
    """Keep a campaign of discounts or gift cards, or a tier, as a template.

    :raises UnsupportedCampaignType: another kind of campaign.
    :raises InvalidPayload: a draft, or conditions that a template cannot keep.
    :raises DuplicateFound: the name is taken.
    """
    campaign = of if isinstance(of, Campaign) else of.campaign
    kind = _kind(of)
    if campaign.is_draft:
        raise InvalidPayload("A draft cannot be kept as a template. Launch it first, or clone it.")
    is_tier = isinstance(of, PromotionTier)
    rule = known_rules.of_tier(of) if isinstance(of, PromotionTier) else known_rules.of_campaign(of)
    _refuse_unsupported(rule)
    content = contents.of_tier(of, rule) if isinstance(of, PromotionTier) else contents.of_campaign(of, rule)
    content["resources"] = template_resources.kept(content["conditions"], content.get("discount"))
    content["metadata_types"] = _metadata_types(_resource_of(content, is_tier), content["metadata"])
    return store(name=name, description=description, kind=kind, content=content, actor=actor, now=now)


def store(
    *, name: str, description: str, kind: str, content: Mapping[str, Any], actor: Actor, now: datetime
) -> CampaignTemplate:
    """Insert a template with this content, within the caller's transaction.

    :raises DuplicateFound: the name is taken.
    """
    row = CampaignTemplate(
        name=name, description=description, campaign_type=kind, content=dict(content), created_at=now
    )
    _save(row)
    audit.log(actor, "campaign_template.created", row, now=now, after={"name": name, "campaign_type": kind})
    _tell("created", row, actor, now)
    return row


@transaction.atomic
def update(
    *, template_id: int, name: str | None, description: str | None, actor: Actor, now: datetime
) -> CampaignTemplate:
    """Another name or description; None: as it is. What it holds stays.

    :raises DuplicateFound: the name is taken. :raises NotFound: deleted in the meantime.
    """
    row = _locked(template_id)
    before = {"name": row.name, "description": row.description}
    row.name = row.name if name is None else name
    row.description = row.description if description is None else description
    row.updated_at = now
    _save(row, ["name", "description", "updated_at"])
    old, new = audit.changes(before, {"name": row.name, "description": row.description})
    if new:
        audit.log(actor, "campaign_template.updated", row, now=now, before=old, after=new)
        _tell("updated", row, actor, now)
    return row


@transaction.atomic
def delete(*, template_id: int, actor: Actor, now: datetime) -> None:
    """For good. What was made of it stays. :raises NotFound: deleted in the meantime."""
    row = _locked(template_id)
    audit.log(actor, "campaign_template.deleted", row, now=now, before={"name": row.name})
    _tell("deleted", row, actor, now)
    row.delete()


@transaction.atomic
def copy(*, template_id: int, name: str, description: str, actor: Actor, now: datetime) -> CampaignTemplate:
    """The same under another name.

    :raises DuplicateFound: it is taken. :raises NotFound: deleted in the meantime.
    """
    row = _locked(template_id)
    return store(
        name=name,
        description=description,
        kind=row.campaign_type,
        content=facts(row.content),
        actor=actor,
        now=now,
    )


def set_up_campaign(
    *, template: CampaignTemplate, spec: SetupSpec, actor: Actor, now: datetime
) -> Setup[Campaign]:
    """A campaign of this template, with conditions of its own and whatever they name.

    :raises ApprovalRequired: somebody has to be asked. What its conditions name is there by then.
    :raises TemplateNotUsable: what its conditions name cannot be found or made.
    :raises DuplicateFound: the name is taken, also by a campaign in the bin.
    :raises DomainError: as `campaigns.create`.
    """
    content = template.content
    settings, resource = content["settings"], _resource_of(content, is_tier=False)
    _check_metadata_types(content, resource)
    values = {**settings, **spec.values, **contents.time_of(content, _times(spec.values), now)}
    asked: ApprovalRequired | None = None
    with transaction.atomic():
        ids, made = template_resources.settle(content["resources"], actor=actor, now=now)
        worth = {name: contents.with_ids(content[name], ids) for name in contents.WORTH if name in content}
        wanted = CampaignSpec(
            kind=template.campaign_type,
            code=_code(spec, values) if values["type"] == Campaign.Type.STANDALONE else None,
            vouchers_count=0 if values["type"] == Campaign.Type.STANDALONE else spec.vouchers_count,
            values={**values, **worth, "name": spec.name},
            metadata=content["metadata"] if spec.metadata is None else spec.metadata,
            new_conditions=contents.with_ids(content["conditions"], ids),
            is_draft=spec.is_draft,
        )
        try:
            row = campaigns.create(spec=wanted, actor=actor, now=now)
        except ApprovalRequired as refusal:
            asked = refusal
    if asked is not None:
        raise asked
    return Setup(row=row, made=[*_rule_made(row), *made])


def set_up_tier(
    *, template: CampaignTemplate, campaign_id: int, spec: SetupSpec, actor: Actor, now: datetime
) -> Setup[PromotionTier]:
    """A tier of this template in a promotion.

    :raises InvalidCampaign: a template of gift cards, or the campaign is no promotion.
    :raises ApprovalRequired: as above. :raises DomainError: as `tiers.create`.
    """
    content = template.content
    if "discount" not in content:
        raise InvalidCampaign("A tier gives a discount; this template makes gift cards.")
    _check_metadata_types(content, _TIER)
    values = {**spec.values, **contents.time_of(content, _times(spec.values), now)}
    asked: ApprovalRequired | None = None
    with transaction.atomic():
        ids, made = template_resources.settle(content["resources"], actor=actor, now=now)
        wanted = TierSpec(
            values={
                "banner": content["banner"],
                **values,
                "discount": contents.with_ids(content["discount"], ids),
                "name": spec.name,
            },
            metadata=content["metadata"] if spec.metadata is None else spec.metadata,
            new_conditions=contents.with_ids(content["conditions"], ids),
        )
        try:
            row = tiers.create(campaign_id=campaign_id, spec=wanted, actor=actor, now=now)
        except ApprovalRequired as refusal:
            asked = refusal
    if asked is not None:
        raise asked
    return Setup(row=row, made=[*_rule_made(row), *made])


def _kind(of: Campaign | PromotionTier) -> str:
    kinds = CampaignTemplate.CampaignType
    if isinstance(of, PromotionTier):
        return str(kinds.DISCOUNT_COUPONS.value)
    if of.campaign_type not in kinds.values:
        hint = " Keep one of its tiers." if of.campaign_type == Campaign.CampaignType.PROMOTION else ""
        raise UnsupportedCampaignType(
            f"Templates are made of campaigns with discount codes or gift cards, and of tiers.{hint}"
        )
    return of.campaign_type


def _refuse_unsupported(rule: ValidationRule | None) -> None:
    if rule is None:
        return
    named = {one.name for one in flat(known_rules.tree_of(rule).rules)}
    for name in _UNSUPPORTED:
        if name in named:
            raise InvalidPayload(f"A template cannot keep conditions about {name}.")


def _resource_of(content: Mapping[str, Any], is_tier: bool) -> str:
    """Whose metadata it carries."""
    if is_tier:
        return _TIER
    return _CODE if content["settings"]["use_voucher_metadata_schema"] else _CAMPAIGN


def _metadata_types(resource: str, metadata: Mapping[str, Any]) -> dict[str, str]:
    """The types that the schema of now gives to the keys of the metadata."""
    schema = MetadataSchema.objects.filter(related_object=resource).first()
    defined = {} if schema is None else schema.properties
    return {key: defined[key]["type"] for key in sorted(metadata) if key in defined}


def _check_metadata_types(content: Mapping[str, Any], resource: str) -> None:
    """:raises TemplateNotUsable: a key is of another type now. Unknown keys are kept as they are."""
    now_defined = _metadata_types(resource, content["metadata"])
    for key, was in content["metadata_types"].items():
        if now_defined.get(key, was) != was:
            raise TemplateNotUsable(
                f"The metadata {key} was of the type {was} when the template was saved, and is of the type "
                f"{now_defined[key]} now."
            )


def _times(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in contents.TIME if name in values}


def _code(spec: SetupSpec, values: Mapping[str, Any]) -> str:
    """The one code of the campaign; a random one that looks as its codes do, if none was given."""
    if spec.code:
        return spec.code
    config = CodeConfig.from_wire(values["code_config"])
    return codes.draw(config, 1)[0]


def _rule_made(row: Campaign | PromotionTier) -> list[Made]:
    rule = known_rules.of_tier(row) if isinstance(row, PromotionTier) else known_rules.of_campaign(row)
    return [] if rule is None else [Made(id=rule.public_id, object=template_resources.RULE)]


def _save(row: CampaignTemplate, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            if fields is None:
                row.save(force_insert=True)
            else:
                row.save(update_fields=fields)
    except IntegrityError as error:
        raise DuplicateFound(f"Duplicated campaign template exists with name {row.name}") from error


def _locked(template_id: int) -> CampaignTemplate:
    rows = lock(CampaignTemplate.objects.filter(pk=template_id))
    if not rows:
        raise NotFound.of("campaign_template", str(template_id))
    return rows[0]


def _tell(verb: str, row: CampaignTemplate, actor: Actor, now: datetime) -> None:
    payload = {"campaign_template_id": row.public_id}
    events.emit(f"campaign_template.{verb}", entity=row, actor=actor, now=now, payload=payload)


@transaction.atomic
def add_starters(*, actor: Actor, now: datetime) -> list[CampaignTemplate]:
    """Add the templates that every shop can begin with, except those whose name is there; returns them."""
    missing = missing_starters()
    return [
        store(
            name=one.name,
            description=one.description,
            kind=one.kind,
            content=one.content,
            actor=actor,
            now=now,
        )
        for one in starter_templates.STARTERS
        if one.name in missing
    ]


def missing_starters() -> list[str]:
    """Names of the templates to begin with that are not there."""
    names = set(CampaignTemplate.objects.values_list("name", flat=True))
    return [one.name for one in starter_templates.STARTERS if one.name not in names]
