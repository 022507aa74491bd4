"""Why a decision came out as it did, for people and as data, from the very trees that decided.

Nothing here decides: the same pass is gone through again, and every check and rule is asked for its reasons.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.explain.budgeted import budgeted
from engine.explain.causes import displacing
from engine.explain.checks import checks
from engine.explain.explanation import ExplainedCondition, Explanation
from engine.explain.ruled import ruled
from engine.explain.sentences import sentence
from engine.outcome import Outcome, Status, Step
from engine.pipeline import Judged, Run
from engine.snapshot import Candidate, Snapshot
from engine.summary import Names

__all__ = ["ExplainedCondition", "Explanation", "explain"]


def explain(
    snapshot: Snapshot, outcome: Outcome, *, names: Names | None = None, omit: frozenset[str] = frozenset()
) -> tuple[Explanation, ...]:
    """One explanation for each step of `outcome`, which is the outcome of `snapshot`.

    `names` says what ids are called; `omit` is what `evaluate` was told to leave out.
    """
    names = names or Names()
    candidates = {(one.object, one.key): one for one in snapshot.candidates}
    run = Run.open(snapshot, omit)
    found = []
    for step in outcome.steps:
        candidate = candidates[step.object, step.key]
        # What was skipped is judged too: support wants to know whether it would have applied.
        run.has_failed = False
        judged = run.judge(candidate)
        found.append(_explained(run, candidate, step, judged, outcome, names))
        if step.status is Status.APPLICABLE:
            run.take(candidate)
    return tuple(found)


def _explained(
    run: Run, candidate: Candidate, step: Step, judged: Judged, outcome: Outcome, names: Names
) -> Explanation:
    conditions = (
        *checks(run, candidate, judged, names),
        *ruled(run, candidate, judged, names),
        *budgeted(judged, names),
    )
    return Explanation(
        key=step.key,
        object=step.object,
        label=candidate.label or candidate.key,
        status=step.status,
        reason=step.reason,
        sentence=sentence(candidate, step, names),
        conditions=conditions,
        displaced_by=displacing(
            run.snapshot.candidates, step, outcome.steps, is_chosen=outcome.gap is not None
        ),
        remedy=_remedy(step, conditions),
    )


def _remedy(step: Step, conditions: Iterable[ExplainedCondition]) -> str | None:
    if step.reason is None:
        return None
    if step.reason.remedy:
        return step.reason.remedy
    return next((one.remedy for one in conditions if one.holds is False and one.remedy), None)
