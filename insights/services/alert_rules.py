"""Alert rules: made, changed, muted, deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from core import audit, events
from core.actors import Actor
from core.errors import DuplicateFound, InvalidPayload, MissingPermission, NotFound
from core.locking import lock
from insights.alert_kinds import NUMBERS, TERMS, KindTerms
from insights.models import Alert, AlertRule

OBJECT: Final = "alert_rule"
LONGEST_MUTE: Final = timedelta(days=365)
MOST_ADDRESSES: Final = 10
HIGHEST_REMINDER: Final = 24 * 7
_ALL: Final = 100
# What decides what a rule finds: when it changes, what was found before means nothing.
_DECIDING: Final = (
    "kind", "scope", "campaign", "category", "area", "is_each", "is_active", "direction", "reasons",
    "processes", *NUMBERS,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RuleSpec:
    """`values` by column; `people` are keys of users, None: as they are."""

    values: Mapping[str, Any] = field(default_factory=dict)
    people: Collection[int] | None = None


@transaction.atomic
def create(*, spec: RuleSpec, actor: Actor, now: datetime) -> AlertRule:
    """Numbers that are not given are the usual ones of the kind.

    :raises InvalidPayload: a number out of its bounds, a scope that the kind does not have.
    :raises DuplicateFound: another rule has this name.
    :raises MissingPermission: he works in single areas; so say the others, too.
    """
    _check_reach(actor)
    rule = AlertRule(**spec.values, created_at=now)
    _check(rule)
    rule.save(force_insert=True)
    rule.people.set(spec.people or ())
    _note(rule, "created", actor, now, after=_terms(rule))
    return rule


@transaction.atomic
def update(*, rule_id: int, spec: RuleSpec, actor: Actor, now: datetime) -> AlertRule:
    """Change what is given. If it now looks for something else, what it found before is over.

    :raises InvalidPayload: as for a new one.
    """
    _check_reach(actor)
    rule = _held(rule_id)
    before = _terms(rule)
    for name, value in spec.values.items():
        setattr(rule, name, value)
    _check(rule)
    after = _terms(rule)
    rule.updated_at = now
    if any(before[name] != after[name] for name in _DECIDING):
        rule.evaluated_at, rule.last_error = None, ""
        _end_alerts(rule, now)
    rule.save(update_fields=[*spec.values, *NUMBERS, "evaluated_at", "last_error", "updated_at"])
    if spec.people is not None:
        rule.people.set(spec.people)
    changed = audit.changes(before, after)
    _note(rule, "updated", actor, now, before=changed[0], after=changed[1])
    return rule


@transaction.atomic
def mute(*, rule_id: int, until: datetime | None, actor: Actor, now: datetime) -> AlertRule:
    """Tell nobody until then; what it finds is listed all the same. None: tell people again.

    :raises InvalidPayload: a time that has passed, or more than a year away.
    """
    if until is not None and not now < until <= now + LONGEST_MUTE:
        raise InvalidPayload("Choose a time within the next year.")
    _check_reach(actor)
    rule = _held(rule_id)
    rule.muted_until, rule.updated_at = until, now
    rule.save(update_fields=["muted_until", "updated_at"])
    _note(rule, "muted" if until else "unmuted", actor, now, after={"muted_until": until})
    return rule


@transaction.atomic
def delete(*, rule_id: int, actor: Actor, now: datetime) -> None:
    """Its alerts are over; they stay in the list of what was."""
    _check_reach(actor)
    rule = _held(rule_id)
    _end_alerts(rule, now)
    rule.deleted_at, rule.is_active = now, False
    rule.save(update_fields=["deleted_at", "is_active"])
    _note(rule, "deleted", actor, now)


def _check_reach(actor: Actor) -> None:
    """:raises MissingPermission: he works in single areas, and rules tell of all."""
    if actor.places is not None:
        raise MissingPermission("Alert rules are changed by people who work everywhere.")


def _held(rule_id: int) -> AlertRule:
    """:raises NotFound: there is none."""
    if not lock(AlertRule.objects.filter(pk=rule_id, deleted_at=None)):
        raise NotFound.of(OBJECT, str(rule_id))
    return AlertRule.objects.select_related("campaign", "category", "area").get(pk=rule_id)


def _end_alerts(rule: AlertRule, now: datetime) -> None:
    open_rows = Alert._base_manager.filter(rule=rule).exclude(state=Alert.State.RESOLVED)
    lock(open_rows)
    open_rows.update(
        state=Alert.State.RESOLVED, ending=Alert.Ending.RULE_CHANGED, resolved_at=now, snoozed_until=None
    )


def _check(rule: AlertRule) -> None:
    """Columns that the kind does not ask for are emptied."""
    terms = TERMS[AlertRule.Kind(rule.kind)]
    _check_scope(rule, terms)
    for name in NUMBERS:
        asked = terms.numbers.get(name)
        if asked is None:
            setattr(rule, name, None)
            continue
        value = getattr(rule, name)
        value = asked.usual if value is None else value
        if not asked.lowest <= value <= asked.highest:
            raise InvalidPayload(f"{asked.label}: from {asked.lowest} to {asked.highest}.")
        setattr(rule, name, value)
    looks_at_fewer = rule.kind == AlertRule.Kind.RATE and rule.direction != AlertRule.Direction.MORE
    if looks_at_fewer and (rule.share or 0) > _ALL:
        raise InvalidPayload("Fewer by more than 100 percent is not possible.")
    if "direction" not in terms.columns:
        rule.direction = AlertRule.Direction.BOTH
    for name in ("reasons", "processes"):
        if name not in terms.columns:
            setattr(rule, name, [])
    rule.is_each = rule.is_each and terms.is_split and rule.scope != AlertRule.Scope.CAMPAIGN
    if len(rule.addresses) > MOST_ADDRESSES:
        raise InvalidPayload(f"At most {MOST_ADDRESSES} addresses.")
    if rule.remind_hours is not None and not 1 <= rule.remind_hours <= HIGHEST_REMINDER:
        raise InvalidPayload(f"Remind after: from 1 to {HIGHEST_REMINDER} hours.")
    others = AlertRule.objects.filter(name=rule.name, deleted_at=None).exclude(pk=rule.pk)
    if others.exists():
        raise DuplicateFound(f"There is an alert rule called {rule.name} already.")


def _check_scope(rule: AlertRule, terms: KindTerms) -> None:
    scope = AlertRule.Scope(rule.scope)
    if scope not in terms.scopes:
        raise InvalidPayload("This can be watched for the whole project only.")
    wanted = scope.value.lower()
    for name in ("campaign", "category", "area"):
        if name != wanted:
            setattr(rule, name, None)
        elif getattr(rule, name) is None:
            raise InvalidPayload(f"Choose the {name} that is watched.")


def _terms(rule: AlertRule) -> dict[str, Any]:
    named = {name: getattr(rule, name) for name in ("campaign", "category", "area")}
    columns = (
        "name", "kind", "severity", "is_active", "scope", "is_each", *NUMBERS, "direction", "reasons",
        "processes", "groups", "addresses", "in_app", "by_mail", "by_webhook", "remind_hours",
    )  # fmt: skip
    found = {name: getattr(rule, name) for name in columns}
    return {**found, **{name: row.public_id if row else None for name, row in named.items()}}


def _note(rule: AlertRule, verb: str, actor: Actor, now: datetime, **shown: Any) -> None:
    audit.log(actor, f"{OBJECT}.{verb}", rule, now=now, **shown)
    events.emit(f"{OBJECT}.{verb}", entity=rule, actor=actor, now=now)
