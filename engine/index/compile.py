"""Candidates as entries: every clause of their rules goes into bitmaps, into shared checks, or stays open.

A clause with several rules holds when one of them does. It can stand in bitmaps when each of its rules names
something that must be there; a rule that is left out by the caller fulfils its clause.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import Final

from engine import limits
from engine.index import pricing
from engine.index.components import ENDS, STARTS, Clause, Kind, component, merged
from engine.index.entry import BUDGET, Check, Entry, Residue
from engine.index.facts import EPOCH, microseconds
from engine.index.leaves import Asked, named, threshold
from engine.index.normal_form import clauses
from engine.index.predicates import COMPARISONS, IsOpen, Predicate, RuleSetHolds, is_about_request
from engine.index.vocabulary import Vocabulary, by_family
from engine.rules.families import REGISTRY, Scene
from engine.rules.judge import decide
from engine.rules.tree import Operator, Rule, RuleSet
from engine.rules.values import number
from engine.situation import Situation
from engine.snapshot import Candidate, Snapshot
from engine.validity import Validity, effective

_ORDERS: Final = "campaign.orders.amount"
_ANY_REQUEST: Final = Snapshot(now=EPOCH)


@dataclass(kw_only=True, slots=True)
class _Draft:
    """What has been found out so far. `is_dead`: nothing can make it apply until it is put again.

    `open_rules` are the rules that only an evaluation decides; where these are left out, nothing is open.
    """

    clauses: list[Clause] = field(default_factory=list)
    alternatives: list[list[Asked]] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    is_open: bool = False
    open_rules: frozenset[str] = frozenset()
    is_dead: bool = False
    room: int | None = None


def entry(key: int, candidate: Candidate, rank: int, vocabulary: Vocabulary) -> Entry | None:
    """None when no request can make the candidate apply."""
    if _is_refused(candidate) or candidate.discount is None:
        return None
    draft = _Draft(is_open=any(rule.bundle is not None for rule in candidate.rules))
    _time(candidate, draft, vocabulary)
    if candidate.budgets or candidate.granted:
        draft.is_open = True  # what is left of a budget, or held, changes what applies and what it takes off
    else:
        for rule_set in candidate.rules:
            _rule_set(rule_set, candidate, draft, vocabulary)
    if draft.is_dead:
        return None
    _settle(draft, vocabulary)
    deal = pricing.deal(candidate, candidate.discount, vocabulary)
    asks = by_family(draft.clauses, vocabulary)
    return Entry(key, rank, deal, _residue(candidate, draft, vocabulary), asks)


def _is_refused(candidate: Candidate) -> bool:
    return (
        candidate.reason is not None
        or not candidate.is_active
        or not candidate.is_campaign_active
        or candidate.is_referrer
        or limits.remaining(candidate.uses) == 0
    )


def _time(candidate: Candidate, draft: _Draft, vocabulary: Vocabulary) -> None:
    validity = candidate.validity
    if candidate.campaign_validity is not None or candidate.published_at is not None:
        # The zone matters only for time from publication, and then nothing is prepared from it.
        validity = effective(
            own=candidate.validity, parent=candidate.campaign_validity, published_at=None, zone=UTC
        )
    is_counted = candidate.published_at is not None and candidate.validity.ends_at is None
    if is_counted and validity.activity_duration is not None:
        draft.is_open = True
        return
    if validity.starts_at is not None:
        draft.clauses.append(((STARTS, microseconds(validity.starts_at)),))
    if validity.ends_at is not None:
        draft.clauses.append(((ENDS, 1 - microseconds(validity.ends_at)),))
    if validity.timeframe is None and validity.days_of_week is None and validity.daily_hours is None:
        return
    window = Validity(
        starts_at=None if validity.timeframe is None else validity.starts_at,
        timeframe=validity.timeframe,
        days_of_week=validity.days_of_week,
        daily_hours=validity.daily_hours,
    )
    draft.checks.append(vocabulary.shared(("window", window), lambda: Check(frozenset(), (IsOpen(window),))))


def _rule_set(rule_set: RuleSet, candidate: Candidate, draft: _Draft, vocabulary: Vocabulary) -> None:
    if not rule_set.rules:
        if clauses(rule_set.logic):
            draft.is_open = True
        return
    by_key = {rule.key: rule for rule in rule_set.rules}
    found = clauses(rule_set.logic)
    if found is None or any(key not in by_key for clause in found for key in clause):
        if all(is_about_request(rule) for rule in rule_set.rules):
            draft.checks.append(Check(frozenset(), (RuleSetHolds(rule_set),)))
        else:
            draft.is_open = True
        return
    for clause in found:
        if len(clause) == 1:
            _single(by_key[clause[0]], candidate, draft, vocabulary)
        else:
            _several([by_key[key] for key in clause], candidate, draft, vocabulary)


def _single(rule: Rule, candidate: Candidate, draft: _Draft, vocabulary: Vocabulary) -> None:
    if rule.name == BUDGET and draft.room is None and (room := _room(rule, candidate)) is not None:
        draft.room = room
        return
    asked = _asked(rule, candidate, vocabulary)
    if asked is None:
        return
    if asked.is_open:
        draft.open_rules |= asked.names
    draft.clauses += asked.needs
    if asked.rest is not None:
        draft.checks.append(_check(asked.names, (asked.rest,), vocabulary))


def _several(rules: list[Rule], candidate: Candidate, draft: _Draft, vocabulary: Vocabulary) -> None:
    found: list[Asked] = []
    for rule in rules:
        asked = _asked(rule, candidate, vocabulary)
        if asked is None:
            return
        found.append(asked)
    if not found:
        draft.is_dead = True
        return
    draft.alternatives.append(found)


def _settle(draft: _Draft, vocabulary: Vocabulary) -> None:
    """Alternatives are verified; in bitmaps they are only worth their place where nothing else narrows."""
    is_narrow = any(len(clause) == 1 and clause[0][0].kind is Kind.WORDS for clause in draft.clauses)
    for found in draft.alternatives:
        positive = [clause for asked in found if (clause := _positive(asked)) is not None]
        if not is_narrow and len(positive) == len(found):
            draft.clauses.append(merged(tuple(need for clause in positive for need in clause)))
            if all(len(asked.needs) == 1 and asked.rest is None and not asked.is_open for asked in found):
                continue
        if any(asked.is_open for asked in found):
            draft.is_open = True
            continue
        names = named(*sorted({name for asked in found for name in asked.names}))
        predicates = tuple(vocabulary.predicate(asked) for asked in found)
        draft.checks.append(_check(names, predicates, vocabulary))


def _check(names: frozenset[str], predicates: tuple[Predicate, ...], vocabulary: Vocabulary) -> Check:
    return vocabulary.shared(("check", names, predicates), lambda: Check(names, predicates))


def _positive(asked: Asked) -> Clause | None:
    """Something that must be there; "must not be there" cannot be one of several."""
    return next((clause for clause in asked.needs if clause[0][0].kind is not Kind.NO_WORDS), None)


def _asked(rule: Rule, candidate: Candidate, vocabulary: Vocabulary) -> Asked | None:
    """None when the candidate's own figures fulfil the rule whatever the request."""
    if is_about_request(rule):
        return vocabulary.asked(rule)
    if rule.rules or REGISTRY[rule.name].is_about_result:
        return Asked(named(rule.name), is_open=True)
    if rule.name == _ORDERS:
        return _orders(rule, candidate)
    scene = Scene(situation=Situation(snapshot=_ANY_REQUEST, candidate=candidate, zone=UTC))
    if decide(rule, scene):
        return None
    return Asked(named(rule.name), needs=(((component(Kind.NEVER, rule.name), ()),),))


def _orders(rule: Rule, candidate: Candidate) -> Asked:
    """A budget of order amounts: what is left of it is the largest order."""
    names = named(rule.name)
    prior = number(candidate.counts.get(rule.name))
    needs: list[Clause] = []
    for condition in rule.conditions:
        limit = number(condition.operands[0]) if condition.operator in COMPARISONS else None
        if limit is None:
            return Asked(names, is_open=True)
        need = None if prior is None else threshold(rule.name, condition.operator, limit - prior)
        needs.append(((component(Kind.NEVER, rule.name), ()) if need is None else need,))
        if need is None and prior is not None:
            return Asked(names, is_open=True)
    return Asked(names, needs=tuple(needs))


def _room(rule: Rule, candidate: Candidate) -> int | None:
    """What a budget of discounts leaves for one more; None when it is said in another way."""
    prior = number(candidate.counts.get(rule.name))
    if prior is None or len(rule.conditions) != 1 or rule.rules:
        return None
    (condition,) = rule.conditions
    limit = number(condition.operands[0]) if condition.operands else None
    if limit is None or condition.operator not in (Operator.LESS_THAN, Operator.LESS_THAN_OR_EQUAL):
        return None
    need = threshold(rule.name, condition.operator, limit - prior)
    return -need[1] if need is not None and isinstance(need[1], int) else None


def _residue(candidate: Candidate, draft: _Draft, vocabulary: Vocabulary) -> Residue | None:
    checks = tuple(draft.checks)
    if draft.is_open:
        return Residue(checks=checks, candidate=candidate)
    if draft.open_rules:
        unless = named(*sorted(draft.open_rules))
        return Residue(checks=checks, room=draft.room, candidate=candidate, unless=unless)
    if draft.room is not None:
        return Residue(checks=checks, room=draft.room)
    if not checks:
        return None
    return vocabulary.shared(("residue", checks), lambda: Residue(checks=checks))
