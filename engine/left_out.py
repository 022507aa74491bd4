"""Why a redeemable is not in the best set: refused on its own, no room beside the set, or a better set."""

from __future__ import annotations

from engine import stacking
from engine.outcome import Status, Step
from engine.pipeline import Run
from engine.reasons import Reason, ReasonKey
from engine.snapshot import Candidate


def left_out(opening: Run, run: Run, closing: Run, candidate: Candidate) -> Step:
    """`run` is its turn between the chosen ones, `closing` the state after all of them.

    INAPPLICABLE when it is refused on the opening order and at its turn alike.
    """
    judged = run.judge(candidate)
    if judged.reason is not None and opening.judge(candidate).reason is not None:
        return Step(
            key=candidate.key,
            object=candidate.object,
            status=Status.INAPPLICABLE,
            reason=judged.reason,
            bundle=judged.bundle,
        )
    reason = closing.tally.limit_reached(candidate) or _barred(run, candidate)
    if reason is None:
        reason = _outbid(is_useful=judged.reason is not None or _saves(run, candidate))
    return Step(key=candidate.key, object=candidate.object, status=Status.SKIPPED, reason=reason)


def _barred(run: Run, candidate: Candidate) -> Reason | None:
    """What the pass itself says at its turn, other than that it changes nothing."""
    reason = run.copy().take(candidate).reason
    return reason if reason is not None and reason.key is ReasonKey.EXCLUSION_RULES else None


def _saves(run: Run, candidate: Candidate) -> bool:
    ahead = run.copy()
    return ahead.take(candidate).status is Status.APPLICABLE and ahead.saved > run.saved


def _outbid(*, is_useful: bool) -> Reason:
    if is_useful:
        details = "It may not stand beside the chosen ones, which together save more"
        return stacking.skipped(ReasonKey.EXCLUSION_RULES, details=details)
    return stacking.skipped(
        ReasonKey.NO_EFFECT,
        details="Beside the chosen ones, which together save more, it would change nothing",
    )
