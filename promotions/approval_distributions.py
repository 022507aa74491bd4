"""What somebody says yes to who lets a distribution start: to whom, what, and which codes it gives away."""

from __future__ import annotations

from typing import Any, Final

from approvals.registry import Arguments, Subject
from promotions.models import Distribution
from promotions.selectors import distributions as selectors

DISTRIBUTION: Final = "distribution"


def describe(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    row = (
        Distribution.objects.filter(pk=arguments["distribution_id"])
        .select_related("segment", "customer", "about", "gives", "template")
        .first()
    )
    if row is None:
        return Subject(type=DISTRIBUTION, is_running=False)
    is_running = row.state == Distribution.State.LIVE
    audience = None if row.trigger else selectors.audience(row, arguments["now"]).count()
    content = {
        "name": row.name,
        "is_running": is_running,
        "starts_when": row.get_trigger_display() if row.trigger else "by hand",
        "event": row.event_name,
        "segment": row.segment.name if row.segment else "",
        "customer": row.customer.public_id if row.customer else "",
        "about": row.about.name if row.about else "",
        "gives": row.gives.name if row.gives else "",
        "channel": row.get_channel_display(),
        "address": row.target_url,
        "subject": row.template.subject if row.template else "",
        "text": row.template.body if row.template else "",
        "fields": row.template.fields if row.template else {},
        "consent": row.consent_field,
        "every_time": row.is_repeated,
        "those_present": row.includes_present,
        "per_minute": row.per_minute,
    }
    facts: dict[str, Any] = {"audience": audience, "codes": audience if row.gives else 0}
    if row.segment is not None:
        facts["segments"] = [row.segment.name]
    return Subject(
        type=DISTRIBUTION,
        id=row.public_id,
        label=row.name,
        content=content,
        facts={name: value for name, value in facts.items() if value is not None},
        is_running=is_running,
    )
