"""The operations on promotions that may need somebody's yes, and how each reads before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from approvals import codec, registry
from approvals.registry import Arguments, Operation, Subject
from core import project, words
from core.actors import Actor
from core.services.assignments import Access, Places
from integrations.models import ImportFile
from promotions import approval_contents as contents
from promotions import (
    approval_distributions,
    approval_pages,
    approval_reach,
    approval_setups,
    approval_trials,
    approval_variations,
    approval_words,
    evidence,
)
from promotions import approval_facts as facts
from promotions.approval_holds import HOLDS
from promotions.models import (
    DRAFTS,
    Budget,
    Campaign,
    Category,
    PromotionStack,
    PromotionTier,
    ValidationRule,
    ValidationRuleAssignment,
    Voucher,
)
from promotions.selectors import vouchers as known_vouchers
from promotions.selectors.launching import LAUNCH
from promotions.services import (
    budgets,
    campaigns,
    categories,
    distributions,
    ledger,
    lifecycle,
    reverting,
    rule_assignments,
    stacking_rules,
    stacks,
    tiers,
    validation_rules,
    voucher_imports,
    voucher_updates,
    vouchers,
)
from promotions.services.budgets import BudgetSpec
from promotions.services.campaigns import CampaignSpec
from promotions.services.stacking_rules import RulesSpec
from promotions.services.stacks import StackSpec
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec

type Describe = Callable[[Arguments, Any, Subject | None], Subject]
type Follow = Callable[[str, str, Actor, datetime], None]

CAMPAIGN, VOUCHER, RULE, BUDGET = "campaign", "voucher", "validation_rule", "budget"
CATEGORY, STACKING, CODES = "category", "stacking_rules", "vouchers"
_SHOWN_ENTRIES: Final = 100


def _pk(arguments: Arguments, result: Any, name: str, model: type[Any]) -> int | None:
    """The row that an operation is about: named by its arguments, or made by it."""
    found = arguments.get(name)
    if found is None and isinstance(result, model):
        found = result.pk
    return found.pk if isinstance(found, model) else found


def of_campaign(pk: int | None, arguments: Arguments, *, weakness: str = "", **more: Any) -> Subject:
    row = Campaign.objects.filter(pk=pk or 0).first()
    content = contents.campaign(pk)
    found = facts.of(content, arguments["now"])
    if row is not None and content is not None:
        found |= facts.of_places(row.places)
    if "codes" in more:
        found["codes"] = more["codes"]
    if weakness:
        found[facts.CODE_WEAKNESS] = weakness
    if content is not None and more:
        content = {**content, **more}
    return Subject(
        type=CAMPAIGN,
        id=row.public_id if row else "",
        label=row.name if row else "",
        content=content,
        facts=found,
        is_running=content is not None and bool(row and not row.is_draft),
    )


def _campaign(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    return of_campaign(_pk(arguments, result, "campaign_id", Campaign), arguments)


def _new_campaign(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    if before is None:
        return Subject(type=CAMPAIGN, is_running=False)
    spec: CampaignSpec = arguments["spec"]
    one_code = {"one_code": spec.code} if spec.code else {}
    weakness = facts.weakness(result.code_config, live=spec.vouchers_count)
    return of_campaign(result.pk, arguments, weakness=weakness, codes=spec.vouchers_count, **one_code)


def _launch(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """The codes that the draft wants are part of what is seen, before and after."""
    row = Campaign.objects.filter(pk=arguments["campaign_id"]).first()
    wanted = {} if row is None else {"codes": row.planned_codes, "one_code": row.planned_code}
    said = {name: value for name, value in wanted.items() if value}
    weakness = "" if row is None else facts.weakness(row.code_config, live=row.planned_codes)
    return of_campaign(arguments["campaign_id"], arguments, weakness=weakness, **said)


def _more_codes(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    campaign, spec, count = arguments["campaign"], arguments["spec"], arguments["count"]
    if before is None:
        return of_campaign(campaign.pk, arguments)
    like = codec.encode({"spec": spec})["spec"]
    weakness = facts.weakness(spec.code_config or campaign.code_config, live=campaign.vouchers_count + count)
    return of_campaign(campaign.pk, arguments, weakness=weakness, codes=count, codes_like=like)


def _tier(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    pk = arguments.get("campaign_id")
    if pk is None:
        pk = PromotionTier.objects.filter(pk=arguments["tier_id"]).values_list("campaign", flat=True).first()
    return of_campaign(pk, arguments)


def _stack(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    pk = arguments.get("campaign_id")
    if pk is None:
        row = PromotionStack.objects.filter(pk=arguments["stack_id"])
        pk = row.values_list("campaign", flat=True).first()
    return of_campaign(pk, arguments) if before is None or pk is not None else _again(before, arguments)


def _again(before: Subject, arguments: Arguments) -> Subject:
    """The campaign or code that was described before: what led to it is gone."""
    if before.type == CAMPAIGN:
        return of_campaign(Campaign.objects.get(public_id=before.id).pk, arguments)
    return of_voucher(Voucher.objects.get(public_id=before.id).pk, arguments)


def of_voucher(pk: int | None, arguments: Arguments, *, with_code: bool = True, **more: Any) -> Subject:
    row = Voucher.objects.filter(pk=pk or 0).select_related("campaign").first()
    content = contents.voucher(pk, with_code=with_code)
    campaign = row.campaign if row else None
    inherited = contents.campaign(campaign.pk) if campaign else None
    known = {**(inherited or {}), **{key: value for key, value in (content or {}).items() if value}}
    return Subject(
        type=VOUCHER,
        id=row.public_id if row else "",
        label=(row.code if with_code else "a random code") if row else "",
        content=None if content is None else {**content, **more},
        facts={**facts.of(known or None, arguments["now"]), **_places_of(campaign), **more},
        is_running=row is not None and row.deleted_at is None and (campaign is None or not campaign.is_draft),
    )


def _places_of(campaign: Campaign | None) -> dict[str, Any]:
    return {} if campaign is None else facts.of_places(campaign.places)


def _voucher(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    pk = _pk(arguments, result, "voucher_id", Voucher)
    if pk is None:
        return Subject(type=VOUCHER, is_running=False)
    spec = arguments.get("spec")
    is_drawn = "voucher_id" not in arguments and spec is not None and spec.code is None
    return of_voucher(pk, arguments, with_code=not is_drawn)


def _balance(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """What a card has moves with every purchase: a yes is to the change, not to what is left after it."""
    row = known_vouchers.get(arguments["code"])
    change = 0 if before is None else arguments["amount"]
    reason = "" if before is None else arguments.get("reason", "")
    return Subject(
        type=VOUCHER,
        id=row.public_id,
        label=row.code,
        content={"code": row.code, "balance_change": change, "reason": reason},
        facts={"balance_change": abs(change)},
    )


def _many_codes(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    entries = list(arguments["entries"])
    label = words.count(len(entries), "code")
    if before is None:
        return Subject(type=CODES, label=label, content={"codes": 0})
    content = {
        "codes": len(entries),
        "entries": entries[:_SHOWN_ENTRIES],
        "entries_sha256": codec.digest(entries),
    }
    return Subject(type=CODES, label=label, content=content, facts={"codes": len(entries)})


def _imported(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """A file of codes: its digest says that what was agreed to is what comes in."""
    file = ImportFile.objects.get(pk=arguments["file_id"])
    campaign_id = file.params.get(voucher_imports.CAMPAIGN)
    sent = {"file": file.name, "sha256": file.sha256}
    if campaign_id is not None and before is None:
        return of_campaign(campaign_id, arguments)
    if campaign_id is not None:
        return of_campaign(campaign_id, arguments, codes=file.rows_count, codes_like=sent)
    label = words.count(file.rows_count, "code")
    if before is None:
        return Subject(type=CODES, label=label, content={"codes": 0})
    content = {"codes": file.rows_count, **sent}
    return Subject(type=CODES, label=label, content=content, facts={"codes": file.rows_count})


def _rule(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    row = ValidationRule.objects.filter(pk=_pk(arguments, result, "rule_id", ValidationRule) or 0).first()
    if row is None:
        return Subject(type=RULE, is_running=False)
    content = contents.rule(row.pk)
    used = contents.users_of(row.pk)
    return Subject(
        type=RULE,
        id=row.public_id,
        label=row.name,
        content=content,
        facts=facts.of({"conditions": content}, arguments["now"]),
        is_running=any(_runs(one) for one in used),
    )


def _runs(row: Any) -> bool:
    campaign = row if isinstance(row, Campaign) else row.campaign
    return row.deleted_at is None and (campaign is None or not campaign.is_draft)


def _of_related(row: Any, arguments: Arguments) -> Subject:
    if isinstance(row, Voucher):
        return of_voucher(row.pk, arguments)
    return of_campaign(row.pk if isinstance(row, Campaign) else row.campaign_id, arguments)


def _assigned(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    return _of_related(arguments["related"], arguments)


def _unassigned(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    if before is not None:
        return _again(before, arguments)
    row = ValidationRuleAssignment.objects.get(pk=arguments["assignment_id"])
    return _of_related(getattr(row, row.related_object_type), arguments)


def _budget(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    pk = _pk(arguments, result, "budget_id", Budget)
    row = Budget.objects.filter(pk=pk or 0).first()
    content = contents.budget(pk)
    if row is None:
        return Subject(type=BUDGET, is_running=False)
    drawing = row.campaigns.filter(deleted_at=None)
    is_of_drafts = drawing.exists() and not drawing.exclude(lifecycle__in=DRAFTS).exists()
    return Subject(
        type=BUDGET,
        id=row.public_id,
        label=row.name,
        content=content,
        facts=facts.of_budget(content),
        is_running=content is not None and not is_of_drafts,
    )


def _category(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    row = Category.objects.filter(pk=_pk(arguments, result, "category_id", Category) or 0).first()
    return Subject(
        type=CATEGORY,
        id=row.public_id if row else "",
        label=row.name if row else "",
        content=contents.category(row.pk) if row else None,
    )


def _stacking(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    return Subject(
        type=STACKING,
        id=project.current().stacking_rules_id,
        label="Stacking rules",
        content=stacking_rules.present(),
    )


type _Entry = tuple[str, str, Callable[..., Any], Describe, tuple[type[Any], ...]]

_OF_CAMPAIGNS: Final = (CampaignSpec, TierSpec, Access, Places)
_OF_RULES: Final = (RulesSpec,)
# Stacking rules are settings of the project.
_RESOURCES: Final = {"stacking_rules": "management"}
_OPERATIONS: Final[Mapping[str, _Entry]] = {
    "campaigns.create": ("New campaign", "create", campaigns.create, _new_campaign, _OF_CAMPAIGNS),
    "campaigns.update": ("Change a campaign", "modify", campaigns.update, _campaign, _OF_CAMPAIGNS),
    LAUNCH: ("Launch a campaign", "modify", campaigns.launch, _launch, ()),
    "campaigns.switch": ("Pause or resume a campaign", "modify", campaigns.set_active, _campaign, ()),
    "campaigns.revert": ("Campaign back to a version", "modify", reverting.campaign, _campaign, ()),
    "campaigns.delete": ("Delete a campaign", "delete", campaigns.delete, _campaign, ()),
    "campaigns.add_codes": ("Add codes", "modify", campaigns.add_codes, _more_codes, (VoucherSpec,)),
    "promotions.create": ("New tier", "create", tiers.create, _tier, (TierSpec,)),
    "promotions.update": ("Change a tier", "modify", tiers.update, _tier, (TierSpec,)),
    "promotions.switch": ("Switch a tier", "modify", tiers.set_active, _tier, ()),
    "promotions.revert": ("Tier back to a version", "modify", reverting.tier, _tier, ()),
    "promotions.delete": ("Delete a tier", "delete", tiers.delete, _tier, ()),
    "promotions.stack": ("New stack", "create", stacks.create, _stack, (StackSpec,)),
    "promotions.update_stack": ("Change a stack", "modify", stacks.update, _stack, (StackSpec,)),
    "promotions.delete_stack": ("Delete a stack", "delete", stacks.delete, _stack, ()),
    "validation_rules.update": ("Change conditions", "modify", validation_rules.update, _rule, ()),
    "validation_rules.revert": ("Conditions back to a version", "modify", reverting.rule, _rule, ()),
    "validation_rules.delete": ("Delete conditions", "delete", validation_rules.delete, _rule, ()),
    "validation_rules.assign": ("Set conditions", "create", rule_assignments.create, _assigned, ()),
    "validation_rules.unassign": ("Drop conditions", "delete", rule_assignments.delete, _unassigned, ()),
    "vouchers.create": ("New code", "create", vouchers.create, _voucher, (VoucherSpec,)),
    "vouchers.update": ("Change a code", "modify", vouchers.update, _voucher, (VoucherSpec,)),
    "vouchers.switch": ("Switch a code", "modify", vouchers.set_active, _voucher, ()),
    "vouchers.revert": ("Code back to a version", "modify", reverting.voucher, _voucher, ()),
    "vouchers.delete": ("Delete a code", "delete", vouchers.delete, _voucher, ()),
    "vouchers.update_many": ("Change many codes", "modify", voucher_updates.start, _many_codes, ()),
    "vouchers.import": ("Import codes", "modify", voucher_imports.start, _imported, ()),
    "vouchers.adjust": ("Change a balance", "modify", ledger.adjust, _balance, ()),
    "budgets.create": ("New budget", "create", budgets.create, _budget, (BudgetSpec,)),
    "budgets.update": ("Change a budget", "modify", budgets.update, _budget, (BudgetSpec,)),
    "budgets.switch": ("Switch a budget", "modify", budgets.set_active, _budget, ()),
    "budgets.revert": ("Budget back to a version", "modify", reverting.budget, _budget, ()),
    "budgets.delete": ("Delete a budget", "delete", budgets.delete, _budget, ()),
    "distributions.start": (
        "Start a distribution",
        "modify",
        distributions.start,
        approval_distributions.describe,
        (),
    ),
    "categories.update": ("Change a category", "modify", categories.update, _category, ()),
    "categories.delete": ("Delete a category", "delete", categories.delete, _category, ()),
    "stacking_rules.create": ("New stacking rules", "modify", stacking_rules.create, _stacking, _OF_RULES),
    "stacking_rules.update": ("Change stacking rules", "modify", stacking_rules.update, _stacking, _OF_RULES),
    "stacking_rules.delete": ("Drop stacking rules", "modify", stacking_rules.delete, _stacking, ()),
}
"""Name -> label, what its permission does to the resource, service, description, dataclasses it takes."""


_TOUCHED: Final = {"vouchers.create": approval_reach.of_new_code}
_FOLLOWED: Final[Mapping[str, Follow]] = {LAUNCH: lifecycle.follow}


def register() -> None:
    for name, (label, verb, service, describe, specs) in _OPERATIONS.items():
        resource = name.partition(".")[0]
        registry.register(
            Operation(
                name=name,
                label=label,
                permission=f"{_RESOURCES.get(resource, resource)}.{verb}",
                service=service,
                describe=describe,
                specs=specs,
                follow=_FOLLOWED.get(name),
                touched=_TOUCHED.get(name, approval_reach.touched),
                hold=HOLDS.get(name),
            )
        )
    for fact in facts.TYPES:
        registry.register_fact(fact)
    for target_type, page in approval_pages.pages():
        registry.register_page(target_type, page)
    for panel in evidence.panels():
        registry.register_panel(panel)
    registry.register_trial(approval_trials.CAMPAIGN)
    for target_type in approval_words.TYPES:
        registry.register_words(target_type, approval_words.sentences)
    approval_variations.register()
    approval_setups.register(_campaign)
