"""The judge of referrals: recall and precision by kind of abuse, and what a judgement costs. One core.

Histories are drawn from seeds that nobody looked at while the judge was made. The cost is beside the engine's
decision on one code for twenty lines, in the same run, in CPU time: it holds on a busy machine.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from engine import Basket, Candidate, Line, Snapshot, StackingRules, effects, evaluate
from referrals.attempts import Attempt, Neighbourhood
from referrals.judging import judge
from referrals.thresholds import Thresholds
from tests.referrals.cases import NOW, attempt, earlier, person
from tests.referrals.histories import ABUSE, HONEST, Kind, referrals
from tests.referrals.neighbours import walk
from tests.referrals.quality import Quality, measure

SEEDS: Final = range(1000, 1020)
_TURNS: Final = 5


def table(*, quick: bool) -> str:
    """Kinds in rows, targets, and the cost, for the README."""
    quality = measure(SEEDS[:2] if quick else SEEDS)
    return "\n".join([*_kinds(quality), "", *_targets(quality), "", *_cost(quick=quick)]) + "\n"


def _kinds(quality: Quality) -> list[str]:
    lines = [
        "| Referrals | judged | held | refused | recall | recall with those named later | precision |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for kind in ABUSE:
        counts = quality.kinds[kind]
        lines.append(
            f"| {kind.value} | {counts.all:,} | {counts.held:,} | {counts.refused:,} "
            f"| {quality.recall(kind):.3f} | {quality.recall(kind, with_later=True):.3f} "
            f"| {quality.claimed_precision(kind):.3f} |"
        )
    for kind in HONEST:
        counts = quality.kinds[kind]
        lines.append(
            f"| honest: {kind.value} | {counts.all:,} | {counts.held:,} | {counts.refused:,} | – | – | – |"
        )
    lines += [
        "",
        "Precision: of what signs of this kind held or refused, the share that was an abuse of any kind.",
        "Named later: let through at first, and named by the judgement that saw the circle or the program.",
    ]
    return lines


def _targets(quality: Quality) -> list[str]:
    families = [quality.kinds[kind] for kind in (Kind.FAMILY, Kind.FLAT)]
    held = max(each.held / each.all for each in families)
    refused = sum(quality.kinds[kind].refused for kind in HONEST)
    rows = [
        ("recall of self-referral and rings", "≥ 0.95", quality.recall(Kind.SELF, Kind.RING), 0.95),
        ("precision of hold or refuse", "≥ 0.95", quality.precision(*ABUSE, against=HONEST), 0.95),
    ]
    lines = ["| target | wanted | measured | reached |", "|---|---:|---:|---:|"]
    lines += [
        f"| {name} | {wanted} | {value:.3f} | {_yes(value >= least)} |" for name, wanted, value, least in rows
    ]
    lines.append(f"| families and flat shares held, the worse | < 5 % | {held:.1%} | {_yes(held < 0.05)} |")
    lines.append(f"| honest referrals refused | 0 | {refused} | {_yes(refused == 0)} |")
    return lines


def _yes(is_reached: bool) -> str:
    return "yes" if is_reached else "**no**"


def _cost(*, quick: bool) -> list[str]:
    limits = Thresholds()
    history = [(one.attempt, around) for one, around, _ in walk(referrals(SEEDS[0]))]
    usual = history[:: 20 if quick else 4]
    large = _surrounded()
    snapshot = _one_code()
    yardstick = _seconds(lambda: evaluate(snapshot), 200)
    common = _seconds(lambda: [judge(made, around, limits) for made, around in usual], 1) / len(usual)
    heavy = _seconds(lambda: judge(*large, limits), 10)
    return [
        "| one judgement | a second | to one engine decision (one code, 20 lines) |",
        "|---|---:|---:|",
        f"| as histories have them | {1 / common:,.0f} | {common / yardstick:.1f} times |",
        f"| after 200 referrals, among 50 neighbours | {1 / heavy:,.0f} | {heavy / yardstick:.0f} times |",
    ]


def _one_code() -> Snapshot:
    discount = effects.parse({"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"})
    basket = Basket(lines=tuple(Line(price=100 + number, quantity=2) for number in range(20)))
    rules = StackingRules(applicable_redeemables_limit=30)
    snapshot = Snapshot(now=NOW, basket=basket, stacking_rules=rules)
    return replace(snapshot, candidates=(Candidate(key="C1", discount=discount),))


def _surrounded() -> tuple[Attempt, Neighbourhood]:
    """The most that a service fetches."""
    before = tuple(earlier(1000 + n, before=(NOW - NOW.replace(hour=0)) * (n + 1)) for n in range(200))
    return attempt(), Neighbourhood(earlier=before, persons=tuple(person(2000 + n) for n in range(50)))


def _seconds(work: Callable[[], object], rounds: int) -> float:
    """CPU time of one round, the median of some turns."""
    work()
    turns = []
    for _ in range(_TURNS):
        began = time.process_time()
        for _ in range(rounds):
            work()
        turns.append((time.process_time() - began) / rounds)
    return statistics.median(turns)
