"""What the demo shop writes to its customers: two templates, a draft to a segment, one that listens."""

from __future__ import annotations

from datetime import datetime

from commerce.models import Segment
from core.actors import Actor
from promotions.models import Distribution, MessageTemplate
from promotions.services import distributions, message_templates
from promotions.services.distributions import DistributionSpec
from promotions.services.message_templates import TemplateSpec

_VIP = (
    "Dear {{ customer.first_name }},\n\n"
    "thank you for drinking so much coffee with us. Until {{ valid_until }} your code {{ code }} is good for "
    "{{ offer }}.\n\n"
    "See you in {{ customer.city }}!"
)
_WELCOME = (
    "Hello {{ customer.first_name }},\n\n"
    "you will hear from us once a month, never more. As a welcome WELCOME10 takes 10 % off your first order."
)


def load(*, now: datetime, actor: Actor) -> None:
    vip = _template(
        "Thank you, VIP", "{{ customer.first_name }}, a thank-you from {{ brand.name }}", _VIP, now, actor
    )
    welcome = _template(
        "Welcome to the newsletter", "Welcome, {{ customer.first_name }}", _WELCOME, now, actor
    )
    segment = Segment.objects.get(name="VIP")
    _distribution(now, actor, name="VIP thank-you", segment=segment, template=vip, consent_field="newsletter")
    listening = _distribution(
        now,
        actor,
        name="Newsletter welcome",
        trigger=Distribution.Trigger.CUSTOM_EVENT,
        event_name="newsletter_signed_up",
        template=welcome,
    )
    distributions.start(distribution_id=listening.pk, actor=actor, now=now)


def _template(name: str, subject: str, body: str, now: datetime, actor: Actor) -> MessageTemplate:
    values = {"name": name, "channel": MessageTemplate.Channel.EMAIL, "subject": subject, "body": body}
    return message_templates.create(spec=TemplateSpec(values=values), actor=actor, now=now)


def _distribution(now: datetime, actor: Actor, **values: object) -> Distribution:
    return distributions.create(spec=DistributionSpec(values=values), actor=actor, now=now)
