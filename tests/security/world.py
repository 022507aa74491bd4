"""One row of everything, each with a name that stands out: `secret-garden-…`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.contrib.auth.models import Group, User
from django.db import models

from approvals.gate import ApprovalRequired
from approvals.models import Delegation, Policy
from calendar_app.models import Blackout, Conflict, Crowding, Feed, HolidayRegion
from calendar_app.services import feeds
from commerce.models import Customer, Location
from commerce.selectors.order_shapes import OrderSpec
from core import audit, events
from core.actors import Actor, ActorKind, Role
from core.models import BinEntry, Branding, EventDelivery, PeriodicRun, ProjectSettings
from core.services import api_keys, branding, custom_event_schemas, metadata_schemas
from insights.models import Alert, AlertRule
from integrations.models import ImportFile, Webhook, WebhookDelivery, WebhookMessage
from integrations.services import import_files, webhooks
from integrations.services.webhooks import WebhookSpec
from loyalty.models import PointsWorth
from promotions.models import (
    Campaign,
    Distribution,
    DistributionMessage,
    MessageTemplate,
    Publication,
    PublicationRun,
    Reward,
)
from promotions.redeemables import Requested
from promotions.services import (
    budgets,
    distributions,
    message_templates,
    publication_runs,
    publications,
    redemptions,
    sessions,
    templates,
    vouchers,
)
from promotions.services.budgets import BudgetSpec
from promotions.services.distributions import DistributionSpec
from promotions.services.message_templates import TemplateSpec
from promotions.services.publication_runs import RunSpec
from promotions.services.publication_specs import PublicationSpec
from promotions.services.validations import DecisionSpec, SessionSpec
from referrals.models import Referral, ReferralProgramme, ReferralReward, ReferrerTier
from tests.approvals.world import policy
from tests.conftest import NOW
from tests.factories.alerts import raised, rule
from tests.factories.areas import area
from tests.factories.blackouts import BlackoutFactory, CalendarNoteFactory, SeasonFactory
from tests.factories.budgets import BudgetFactory
from tests.factories.calendar import conflict
from tests.factories.commerce import (
    CustomerFactory,
    CustomEventFactory,
    OrderFactory,
    ProductCollectionFactory,
    ProductFactory,
    SegmentFactory,
    SkuFactory,
)
from tests.factories.integrations import AsyncActionFactory, export_with_file
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    ValidationRuleFactory,
    VoucherFactory,
    promotion_stack,
)
from tests.factories.stops import stop
from tests.loyalty.books import programme
from tests.loyalty.world import club

MARK: Final = "secret-garden"
SYSTEM: Final = Actor.system("tests")

ROUND: Final = {"type": "circle", "distance": {"center": "0,0", "radius": "1"}}

World = dict[str, models.Model]


def build() -> World:
    """`{"promotions.voucher": …}`: one row for each model with a page in the admin."""
    campaign = CampaignFactory(name=f"{MARK} campaign")
    product = ProductFactory(name=f"{MARK} product", source_id=f"{MARK}-product")
    voucher = VoucherFactory(code=f"{MARK}-code", campaign=campaign)
    customer = CustomerFactory(name=f"{MARK} person", source_id=f"{MARK}-customer")
    budget = BudgetFactory(name=f"{MARK} budget")
    key = api_keys.create(name=f"{MARK} key", actor=SYSTEM, now=NOW).key
    event = events.emit("voucher.created", entity=voucher, actor=SYSTEM, now=NOW, payload={"a": MARK})
    delivery = EventDelivery.objects.create(
        event=event, subscriber=f"{MARK}.one", due_at=NOW, status=EventDelivery.Status.PARKED, attempts=8
    )
    rows = [
        PeriodicRun.objects.create(task="core.tasks.seal_audit", since=NOW),
        campaign,
        product,
        voucher,
        customer,
        key,
        event,
        delivery,
        audit.log(SYSTEM, f"{MARK}.made", voucher, now=NOW),
        metadata_schemas.create(
            related_object=f"{MARK}-schema", properties={"size": {"type": "number"}}, actor=SYSTEM, now=NOW
        ),
        custom_event_schemas.create(name=f"{MARK}_known", properties={}, actor=SYSTEM, now=NOW),
        brand(f"{MARK} brand"),
        ProjectSettings.objects.get(pk=1),
        User.objects.create_user(f"{MARK}-user", is_staff=True),
        Group.objects.create(name=f"{MARK} group"),
        AsyncActionFactory(type=f"{MARK}.job"),
        export_with_file(b"id\n", exported_object=f"{MARK}_thing"),
        ProductCollectionFactory(name=f"{MARK} collection"),
        CustomEventFactory(name=f"{MARK}_event"),
        SegmentFactory(name=f"{MARK} segment"),
        SkuFactory(product=product, sku=f"{MARK} sku"),
        CategoryFactory(name=f"{MARK} category"),
        budget,
        ValidationRuleFactory(name=f"{MARK} conditions"),
        OrderFactory(source_id=f"{MARK}-order", customer=customer),
        PromotionTierFactory(name=f"{MARK} tier", banner=f"{MARK} tier"),
        promotion_stack(PromotionTierFactory(name=f"{MARK} stacked tier"), name=f"{MARK} stack"),
        requested(budget),
        redeemed(voucher.code, customer),
        *given(customer),
        held(f"{MARK}-session", customer),
        stop(f"{MARK} reason", drill=True, stores=[f"{MARK} store"]),
        resting_policy(f"{MARK} policy"),
        *found_out(f"{MARK} alert rule", campaign),
        *told(f"{MARK} webhook"),
        away(f"{MARK}-user"),
        area(f"{MARK} area"),
        templates.create(of=campaign, name=f"{MARK} template", description="", actor=SYSTEM, now=NOW),
        binned(f"{MARK}-binned"),
        Location.objects.create(name=f"{MARK} location", shape=ROUND, created_at=NOW),
        sent_file(f"{MARK}.csv"),
        *written(customer),
        in_the_way(campaign),
        subscribed(f"{MARK} feed"),
        BlackoutFactory(name=f"{MARK} blackout", strength=Blackout.Strength.SOFT),
        SeasonFactory(name=f"{MARK} season"),
        CalendarNoteFactory(text=f"{MARK} note"),
        HolidayRegion.objects.create(country="DE", created_at=NOW),
        Crowding.objects.create(pk=Crowding.ONLY, created_at=NOW),
        PointsWorth.objects.create(campaign=programme(f"{MARK} worth"), points=1, amount=1, updated_at=NOW),
        *club(MARK, customer, product),
        *recommended(customer),
    ]
    return {row._meta.label_lower: row for row in rows}


def subscribed(name: str) -> Feed:
    """A feed of somebody who has no other part here."""
    owner = User.objects.create_user(f"{MARK}-reader", is_staff=True)
    return feeds.create(owner_id=owner.pk, name=name, actor=SYSTEM, now=NOW).feed


def in_the_way(campaign: Campaign) -> Conflict:
    """A collision with something that would end it."""
    key = f"campaign:{campaign.pk}"
    values = {"segments": ["seg_any"]}
    fix = {"kind": "EXCLUDE_CUSTOMERS", "key": key, "sentence": f"{MARK} fix", "values": values}
    return conflict(campaign, sentence=f"{MARK} collision", facts={"fixes": [fix]})


def given(customer: Customer) -> tuple[Publication, PublicationRun]:
    """What a customer was given, and a run that waits to give him more."""
    campaign = CampaignFactory(name=f"{MARK} given")
    VoucherFactory.create_batch(2, campaign=campaign)
    spec = PublicationSpec(customer={"id": customer.public_id}, campaign=campaign.name)
    published = publications.publish(spec=spec, actor=SYSTEM, now=NOW)
    run = publication_runs.start(
        spec=RunSpec(campaign=campaign.name, customers=(customer.public_id,), join_once=False),
        actor=SYSTEM,
        now=NOW,
    )
    return published.publication, run


def written(customer: Customer) -> tuple[MessageTemplate, Distribution, DistributionMessage]:
    """The words, the plan to send them to one customer, and one message that waits."""
    words = {"name": f"{MARK} words", "channel": MessageTemplate.Channel.EMAIL, "subject": "S", "body": "B"}
    template = message_templates.create(spec=TemplateSpec(values=words), actor=SYSTEM, now=NOW)
    columns = {"name": f"{MARK} mailing", "customer": customer, "template": template}
    mailing = distributions.create(spec=DistributionSpec(values=columns), actor=SYSTEM, now=NOW)
    message = DistributionMessage.objects.create(
        distribution=mailing, customer=customer, cause="start", due_at=NOW, created_at=NOW
    )
    return template, mailing, message


def recommended(customer: Customer) -> tuple[models.Model, ...]:
    """A programme with a reward, a referral that waits for review, a product that waits to be handed over."""
    campaign = CampaignFactory(
        name=f"{MARK} recommending",
        campaign_type=Campaign.CampaignType.REFERRAL_PROGRAM,
        referral={"conversion_event_type": "redemption"},
    )
    referral = Referral.objects.create(
        campaign=campaign,
        voucher=VoucherFactory(campaign=campaign, holder=customer),
        referrer=customer,
        referee=CustomerFactory(name=f"{MARK} friend"),
        cause=Referral.Cause.REDEMPTION,
        state=Referral.State.HELD,
        findings=[{"key": "same_email", "message": f"{MARK} finding"}],
        created_at=NOW,
    )
    mug = Reward.objects.create(
        name=f"{MARK} mug", type=Reward.Type.MATERIAL, product=ProductFactory(), created_at=NOW
    )
    tier = ReferrerTier.objects.create(campaign=campaign, name=f"{MARK} each", reward=mug, created_at=NOW)
    reward = ReferralReward.objects.create(
        referral=referral,
        campaign=campaign,
        customer=customer,
        reward=mug,
        state=ReferralReward.State.TO_HAND_OVER,
        due_at=NOW,
        created_at=NOW,
    )
    return ReferralProgramme.objects.get(pk=campaign.pk), tier, referral, reward


def sent_file(name: str) -> ImportFile:
    """A file of codes that somebody sent in the admin and has not settled yet."""
    text = f"code\n{MARK}-row\n".encode()
    sent = import_files.Sent(name=name, size_bytes=len(text), pieces=lambda: (text,))
    actor = replace(SYSTEM, channel="ADMIN")
    return import_files.receive(kind="vouchers", sent=sent, actor=actor, now=NOW)


def binned(code: str) -> BinEntry:
    vouchers.delete(voucher_id=VoucherFactory(code=code).pk, force=False, actor=SYSTEM, now=NOW)
    return BinEntry.objects.get(resource_name=code)


def brand(name: str) -> Branding:
    values = {"name": name, "street": "S", "city": "C", "country": "UK", "email": "b@shop.example"}
    return branding.create(values=values, actor=SYSTEM, now=NOW)


def told(name: str) -> tuple[Webhook, WebhookDelivery]:
    """A webhook that is off, and what it heard once."""
    url = f"https://hooks.example/{MARK}"
    spec = WebhookSpec(name=name, target_url=url, events=["all"], is_active=False)
    webhook = webhooks.create(spec=spec, actor=SYSTEM, now=NOW).webhook
    message = WebhookMessage.objects.create(
        event_id=f"ev_{MARK}",
        type="voucher.created",
        entity_type="voucher",
        entity_id=f"v_{MARK}",
        sequence=1,
        data="{}",
        occurred_at=NOW,
    )
    return webhook, WebhookDelivery.objects.create(webhook=webhook, message=message, created_at=NOW)


def found_out(name: str, campaign: Campaign) -> tuple[AlertRule, Alert]:
    """What a rule found about a campaign."""
    made = rule(AlertRule.Kind.NO_REDEMPTION, name=name)
    return made, raised(made, f"campaign:{campaign.public_id}", campaign=campaign)


def resting_policy(name: str) -> Policy:
    """Out of force: nobody is asked because of it."""
    made = policy("Finance", name=name)
    made.is_active = False
    made.save(update_fields=["is_active"])
    return made


def away(name: str) -> Delegation:
    """An absence that is not over when tests run."""
    return Delegation.objects.create(
        person=User.objects.get(username=name),
        stand_in=User.objects.create_user(f"{MARK}-deputy", is_staff=True),
        starts_at=NOW,
        ends_at=NOW.replace(year=2099),
        created_at=NOW,
    )


def held(key: str, customer: Customer) -> Any:
    """A basket that holds a code."""
    code = VoucherFactory(code=f"{MARK}-held").code
    spec = DecisionSpec(
        redeemables=(Requested(object="voucher", id=code),),
        order=OrderSpec(amount=10_000),
        customer={"source_id": customer.source_id},
        session=SessionSpec(key=key),
    )
    return sessions.validate(spec=spec, actor=SYSTEM, now=NOW).session


def requested(budget: Any) -> Any:
    """A change of a budget that waits for somebody's yes."""
    asking = Actor(kind=ActorKind.USER, id="0", label=f"{MARK} marketer", role=Role.USER, channel="ADMIN")
    try:
        budgets.update(budget_id=budget.pk, spec=BudgetSpec(values={"limit": 123_456}), actor=asking, now=NOW)
    except ApprovalRequired as asked:
        asked.settle()
        return asked.request
    raise AssertionError("A marketer changed a budget alone.")


def redeemed(code: str, customer: Customer) -> Any:
    """One successful use of a code."""
    spec = DecisionSpec(
        redeemables=(Requested(object="voucher", id=code),),
        order=OrderSpec(amount=10_000),
        customer={"source_id": customer.source_id},
    )
    return redemptions.redeem(spec=spec, actor=SYSTEM, now=NOW).redemptions[0]
