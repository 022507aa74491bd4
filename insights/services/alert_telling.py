"""Who is told of an alert, and what: in the admin and by e-mail (`approvals.notifications`), and to webhooks.

In the transaction of the change, and past the outbox: a dispatcher that is silent must not silence this.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse

from approvals.models import Notification
from approvals.services import notifications
from approvals.services.notifications import News
from core import events, languages, project, words
from core.actors import Actor
from core.places import Limit
from core.staff import as_actor
from insights import alert_words
from insights.models import Alert, AlertRule

TOLD: Final = "alerts.told"
MOST_SINGLE: Final = 10
"""More alerts of one rule at once are told in one line."""
_PERMISSION: Final = "alerts.read"
# What a group is called that gives the same role as another one.
_SYNONYMS: Final = {"Administrator": ("Admin",), "Marketer": ("User",)}


class What(StrEnum):
    RAISED = "raised"
    WORSE = "worsened"
    REMINDED = "reminded"
    RESOLVED = "resolved"


def system() -> Actor:
    return Actor.system("alerts", channel="TASK")


def tell(*, rule: AlertRule, happened: Sequence[tuple[Alert, What]], now: datetime) -> None:
    """Tell everybody whom the rule names; while it is muted, nobody. What ends is told where it was told."""
    if not happened:
        return
    heard = [(alert, what) for alert, what in happened if what is not What.RESOLVED or alert.is_told]
    ended = [alert for alert, what in happened if what is What.RESOLVED]
    muted = rule.is_muted(now)
    if not muted and heard:
        _tell_webhooks(rule, heard, now)
        _tell_people(rule, heard, now)
    silent = [alert for alert, _ in heard] if muted else ended
    for alert in silent:
        alert.is_told = False
    Alert.objects.filter(pk__in=[alert.pk for alert in silent]).update(is_told=False)


def _tell_webhooks(rule: AlertRule, happened: Sequence[tuple[Alert, What]], now: datetime) -> None:
    if not rule.by_webhook:
        return
    for what in (What.RAISED, What.WORSE, What.RESOLVED):
        entities = [(alert, {"alert_id": alert.public_id}) for alert, kind in happened if kind is what]
        if entities:
            events.emit_all(f"alert.{what.value}", entities=entities, actor=system(), now=now)


def _tell_people(rule: AlertRule, heard: Sequence[tuple[Alert, What]], now: datetime) -> None:
    with words.speaking_for(project.current()), languages.plainly():
        made = notifications.write_all(news=_news(rule, heard), now=now)
    if any(row.mailed_at is None for row in made):
        events.emit(TOLD, entity=rule, actor=system(), now=now)


def _news(rule: AlertRule, heard: Sequence[tuple[Alert, What]]) -> list[News]:
    people = [(user, as_actor(user)) for user in recipients(rule)]
    found = []
    for what in What:
        alerts = [alert for alert, kind in heard if kind is what]
        for some in [alerts] if len(alerts) > MOST_SINGLE else [[alert] for alert in alerts]:
            if not some:
                continue
            limits = {user.pk: actor.places for user, actor in people}
            users = [user for user, _ in people if _may_hear(some, limits[user.pk])]
            found.append(_one(rule, some, what, users))
    return found


def _one(rule: AlertRule, alerts: Sequence[Alert], what: What, users: Sequence[User]) -> News:
    is_single = len(alerts) == 1
    page = (
        reverse("admin:insights_alert_change", args=[alerts[0].pk])
        if is_single
        else f"{reverse('admin:insights_alert_changelist')}?rule__id__exact={rule.pk}"
    )
    is_over = what is What.RESOLVED
    return News(
        kind=Notification.Kind.ALERT_OVER if is_over else Notification.Kind.ALERT,
        text=(
            alert_words.headline(alerts[0], what.value)
            if is_single
            else alert_words.many(rule, len(alerts), what.value)
        ),
        details=alert_words.letter(alerts),
        path=page,
        users=users,
        addresses=tuple(rule.addresses) if rule.by_mail else (),
        in_app=rule.in_app,
        by_mail=rule.by_mail,
    )


def recipients(rule: AlertRule) -> list[User]:
    """The people of its groups and those that it names, as long as they may see alerts."""
    names = {one for name in rule.groups for one in (name, *_SYNONYMS.get(name, ()))}
    wanted = Q(groups__name__in=names) | Q(pk__in=rule.people.values("pk"))
    if "Administrator" in names:
        wanted |= Q(is_superuser=True)
    rows = User.objects.filter(wanted, is_active=True, is_staff=True).distinct()
    found = rows.prefetch_related("groups").order_by("pk")
    return [user for user in found if as_actor(user).may(_PERMISSION)]


def _may_hear(alerts: Sequence[Alert], places: frozenset[str] | None) -> bool:
    """Who works in single areas hears of campaigns there."""
    if places is None:
        return True
    limit = Limit(places)
    return all(alert.campaign is not None and limit.sees(alert.campaign.places) for alert in alerts)
