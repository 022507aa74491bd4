"""Whether a referral brought a real new customer. Pure.

One sign of `refuse_at` points refuses: the same customer, the same mailbox, a closed circle, somebody who
ordered before. Everything else only adds up, and what adds up to `hold_at` waits for a person. Equal attempts
among equal neighbours are judged equally, in whatever order these come. Contract: referrals 15.5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from referrals import likeness, pace, rings, standing, traits
from referrals.attempts import Attempt, Neighbourhood, Person
from referrals.findings import Finding, Judgement, Outcome, Severity, Sign
from referrals.likeness import IsCrowded
from referrals.thresholds import Thresholds
from referrals.traits import Traits


def judge(attempt: Attempt, around: Neighbourhood, limits: Thresholds) -> Judgement:
    """Accept, hold or refuse, with every sign that was found."""
    if _is_same_customer(attempt):
        message = "Referrer and new customer are the same customer."
        same = Sign(key="same_customer", points=limits.same_customer, message=message)
        return _judgement([same], limits)
    # Who tries again does not share everything with somebody else.
    earlier = tuple(each for each in around.earlier if each.referee.id != attempt.referee.id)
    brought = {each.referee.id: each.referee for each in earlier}
    sides = {attempt.referrer.id: attempt.referrer, attempt.referee.id: attempt.referee}
    known = {person.id: person for person in around.persons} | brought | sides
    traits_of = {key: traits.of(person, attempt.dial_code) for key, person in known.items()}
    ways = rings.ancestors(attempt, around.links, limits.ring_depth)
    others = [person for key, person in known.items() if not (key in sides or key in brought or key in ways)]
    is_crowded = _crowds(attempt, others, traits_of, limits)
    referrer, referee = traits_of[attempt.referrer.id], traits_of[attempt.referee.id]
    found = [
        *likeness.signs(referrer, referee, limits, is_crowded),
        *standing.signs(attempt, others=others, traits_of=traits_of, limits=limits, is_crowded=is_crowded),
        *rings.signs(
            attempt,
            ways=ways,
            persons=known,
            traits_of=traits_of,
            limits=limits,
            is_crowded=is_crowded,
        ),
        *rings.cluster(attempt, earlier=earlier, traits_of=traits_of, limits=limits, is_crowded=is_crowded),
        *pace.signs(attempt, replace(around, earlier=earlier), limits),
    ]
    return _judgement(found, limits)


def _is_same_customer(attempt: Attempt) -> bool:
    referrer, referee = attempt.referrer, attempt.referee
    return referrer.id == referee.id or (referrer.source_id != "" and referrer.source_id == referee.source_id)


def _judgement(found: list[Sign], limits: Thresholds) -> Judgement:
    # A sign that is worth nothing was switched off.
    counting = [sign for sign in found if sign.points > 0]
    counting.sort(key=lambda sign: (-sign.points, sign.key))
    score = likeness.score(counting)
    outcome = Outcome.ACCEPT
    if any(sign.points >= limits.refuse_at for sign in counting):
        outcome = Outcome.REFUSE
    elif score >= limits.hold_at:
        outcome = Outcome.HOLD
    is_abuse = outcome is not Outcome.ACCEPT
    tainted = {each for sign in counting if sign.taints for each in sign.referrals} if is_abuse else set()
    return Judgement(
        outcome=outcome,
        score=score,
        findings=tuple(_finding(sign, limits) for sign in counting),
        earlier=tuple(sorted(tainted)),
    )


def _finding(sign: Sign, limits: Thresholds) -> Finding:
    severity = Severity.HINT
    if sign.points >= limits.refuse_at:
        severity = Severity.REFUSES
    elif sign.points >= limits.hold_at:
        severity = Severity.HOLDS
    return Finding(
        key=sign.key,
        severity=severity,
        points=sign.points,
        message=sign.message,
        evidence=sign.evidence(),
    )


def _crowds(
    attempt: Attempt, others: Iterable[Person], traits_of: dict[str, Traits], limits: Thresholds
) -> IsCrowded:
    """Tills, parcel shops and offices are counted by who has nothing to do with the referrer.

    A mailbox is crowded only if it is written the same: many aliases of one mailbox are the abuse itself.
    """
    written = attempt.referee.email.strip().casefold()
    counts: dict[tuple[str, str], int] = {}
    for person in others:
        own = traits_of[person.id]
        has = [("device", device) for device in own.devices]
        has.append(("address", own.address))
        if person.email.strip().casefold() == written:
            has.append(("mailbox", own.mailbox))
        for trait in has:
            counts[trait] = counts.get(trait, 0) + 1
    return lambda kind, key: counts.get((kind, key), 0) >= limits.crowd
