"""Campaign templates, clones and the bin on the wire (contract: data file 17, 18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.api.fields import BooleanField, InstantField, IntegerField, TextField, WireSerializer
from core.instants import format_instant, format_optional
from core.models import BinEntry
from promotions.api.serializers.campaigns import campaign_output, campaign_spec
from promotions.api.serializers.tiers import TierInput, tier_output, tier_spec
from promotions.api.serializers.validity import without_nulls
from promotions.models import Campaign, CampaignTemplate, PromotionTier
from promotions.services.cloning import CloneSpec
from promotions.services.definitions import DISCOUNT, GIFT, facts
from promotions.services.template_resources import Made
from promotions.services.templates import Setup, SetupSpec

_LONGEST_NAME: Final = 255
_FIXED: Final = (DISCOUNT, GIFT, "name")


class TemplateChangeInput(WireSerializer):
    name = TextField(required=False, allow_null=True, allow_blank=False, max_length=_LONGEST_NAME)
    description = TextField(required=False, allow_null=True)


class TemplateInput(TemplateChangeInput):
    name = TextField(allow_blank=False, max_length=_LONGEST_NAME)
    campaign_id = TextField(required=False, allow_null=True, max_length=_LONGEST_NAME)
    promotion_tier_id = TextField(required=False, allow_null=True, max_length=_LONGEST_NAME)


class TemplateCopyInput(TemplateChangeInput):
    name = TextField(allow_blank=False, max_length=_LONGEST_NAME)
    destination_project_id = TextField(allow_blank=False, max_length=100)


class TierSetupInput(TierInput):
    campaign_id = TextField(allow_blank=False, max_length=_LONGEST_NAME)


class CloneInput(WireSerializer):
    """`keep_budgets`: the clone draws on the budgets of the original (default), or on none."""

    name = TextField(allow_blank=False, max_length=_LONGEST_NAME)
    description = TextField(required=False, allow_null=True)
    code = TextField(required=False, allow_null=True, max_length=_LONGEST_NAME)
    vouchers_count = IntegerField(lowest=0, accept_text=True, required=False, allow_null=True)
    start_date = InstantField(required=False, allow_null=True)
    expiration_date = InstantField(required=False, allow_null=True)
    keep_budgets = BooleanField(required=False, allow_null=True)


def clone_spec(given: Mapping[str, Any]) -> CloneSpec:
    """`start_date` moves the schedule along; both dates null: none at all."""
    dates = ("start_date", "expiration_date")
    return CloneSpec(
        name=given["name"],
        description=given.get("description"),
        code=given.get("code") or "",
        codes=given.get("vouchers_count"),
        starts_at=given.get("start_date"),
        ends_at=given.get("expiration_date"),
        has_no_dates=all(name in given and given[name] is None for name in dates),
        shares_budgets=given.get("keep_budgets") is not False,
    )


def campaign_setup_spec(given: Mapping[str, Any]) -> SetupSpec:
    """From a validated `CampaignInput`; discount, conditions and kind are the template's."""
    spec = campaign_spec(given)
    values = {name: value for name, value in spec.values.items() if name not in _FIXED}
    if values.get("code_config") is None:
        values.pop("code_config", None)
    return SetupSpec(
        name=given["name"],
        values=values,
        metadata=given.get("metadata"),
        vouchers_count=spec.vouchers_count,
        code=spec.code or "",
    )


def tier_setup_spec(given: Mapping[str, Any]) -> SetupSpec:
    spec = tier_spec(given)
    values = {name: value for name, value in spec.values.items() if name not in _FIXED}
    return SetupSpec(name=given["name"], values=values, metadata=given.get("metadata"))


def template_output(template: CampaignTemplate, *, with_content: bool = False) -> dict[str, Any]:
    wire = without_nulls(
        {
            "id": template.public_id,
            "name": template.name,
            "description": template.description or None,
            "campaign_type": template.campaign_type,
            "created_at": format_instant(template.created_at),
            "updated_at": format_optional(template.updated_at),
            "object": "campaign_template",
        }
    )
    return {**wire, "json_template": facts(template.content)} if with_content else wire


def campaign_setup_output(setup: Setup[Campaign]) -> dict[str, Any]:
    return {
        "created_resources": _made(setup.made),
        "campaign": campaign_output(setup.row),
        "object": "campaign_setup",
    }


def tier_setup_output(setup: Setup[PromotionTier]) -> dict[str, Any]:
    return {
        "created_resources": _made(setup.made),
        "promotion_tier": tier_output(setup.row),
        "object": "promotion_tier_setup",
    }


def bin_entry_output(entry: BinEntry) -> dict[str, Any]:
    return {
        "id": entry.public_id,
        "created_at": format_instant(entry.created_at),
        "deleted_by_user_id": entry.deleted_by_user_id or None,
        "resource_id": entry.resource_id,
        "resource_type": entry.resource_type,
        "resource_name": entry.resource_name,
        "resource_parent_id": entry.resource_parent_id or None,
        "object": entry.resource_type,
    }


def _made(made: Sequence[Made]) -> list[dict[str, str]]:
    return [{"id": one.id, "object": one.object} for one in made]
