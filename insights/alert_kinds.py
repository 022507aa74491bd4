"""What each kind of alert rule asks for: which of its columns mean something, within which bounds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from insights.models import AlertRule

Kind = AlertRule.Kind


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One number of a kind: what people read beside it, its bounds, and what it is if nobody says."""

    label: str
    help: str
    lowest: int
    highest: int
    usual: int


@dataclass(frozen=True, kw_only=True)
class KindTerms:
    """`numbers` by column. `every`: how often it is looked at. `holds`: how long it must be gone to be over.

    `scopes` are what it can watch; `is_split` whether each campaign can be watched by itself.
    """

    numbers: Mapping[str, Asked]
    every: timedelta
    holds: timedelta = timedelta()
    scopes: tuple[AlertRule.Scope, ...] = tuple(AlertRule.Scope)
    is_split: bool = False
    columns: tuple[str, ...] = field(default=())


_MINUTE: Final = timedelta(minutes=1)
_OF_PROJECT: Final = (AlertRule.Scope.PROJECT,)

TERMS: Final[Mapping[AlertRule.Kind, KindTerms]] = {
    Kind.BUDGET: KindTerms(
        numbers={
            "share": Asked(
                label="From (percent used)",
                help="Each threshold of a budget from here on makes an alert, or makes it worse. Which "
                "thresholds there are is said by the budget.",
                lowest=1,
                highest=100,
                usual=80,
            )
        },
        every=_MINUTE,
    ),
    Kind.RATE: KindTerms(
        numbers={
            "share": Asked(
                label="Off by (percent)",
                help="Compared with the same hours of the four weeks before: their median.",
                lowest=10,
                highest=1000,
                usual=60,
            ),
            "hours": Asked(
                label="Hours that are compared",
                help="The last hours, up to now.",
                lowest=1,
                highest=24,
                usual=2,
            ),
            "number": Asked(
                label="Redemptions at least",
                help="Fewer than this, usually or now, say nothing: they vary by chance.",
                lowest=1,
                highest=1_000_000,
                usual=20,
            ),
        },
        columns=("direction",),
        every=5 * _MINUTE,
        holds=15 * _MINUTE,
        is_split=True,
    ),
    Kind.REFUSALS: KindTerms(
        numbers={
            "share": Asked(
                label="Refused (percent of attempts)",
                help="Of all attempts to redeem, how many were refused.",
                lowest=1,
                highest=100,
                usual=50,
            ),
            "number": Asked(
                label="Refusals at least",
                help="A few refusals are everyday life.",
                lowest=1,
                highest=1_000_000,
                usual=20,
            ),
            "minutes": Asked(
                label="Within (minutes)", help="The last minutes, up to now.", lowest=5, highest=240, usual=30
            ),
        },
        columns=("reasons",),
        every=_MINUTE,
        holds=10 * _MINUTE,
        is_split=True,
    ),
    Kind.ENDING: KindTerms(
        numbers={
            "days": Asked(
                label="Days before the end", help="Told from here on.", lowest=1, highest=90, usual=3
            ),
            "share": Asked(
                label="Left (percent of the budget)",
                help="If at least this much of a budget is left. Only of budgets that are not renewed.",
                lowest=1,
                highest=100,
                usual=50,
            ),
        },
        every=10 * _MINUTE,
    ),
    Kind.NO_REDEMPTION: KindTerms(
        numbers={
            "hours": Asked(
                label="Hours after the launch",
                help="Only hours in which it can be redeemed count: of a campaign for weekends, those of "
                "weekends.",
                lowest=1,
                highest=720,
                usual=24,
            )
        },
        every=10 * _MINUTE,
    ),
    Kind.SILENT: KindTerms(
        numbers={
            "minutes": Asked(
                label="Silent for (minutes)",
                help="Each process says every 20 seconds that it lives.",
                lowest=2,
                highest=240,
                usual=3,
            )
        },
        columns=("processes",),
        every=timedelta(seconds=15),
        holds=_MINUTE,
        scopes=_OF_PROJECT,
    ),
    Kind.KEY_ERRORS: KindTerms(
        numbers={
            "share": Asked(
                label="Errors (percent of calls)",
                help="Answers from 400 on, without refusals of codes.",
                lowest=1,
                highest=100,
                usual=20,
            ),
            "number": Asked(
                label="Errors at least",
                help="A few are everyday life.",
                lowest=1,
                highest=1_000_000,
                usual=50,
            ),
            "minutes": Asked(
                label="Within (minutes)", help="The last minutes, up to now.", lowest=5, highest=60, usual=10
            ),
        },
        every=_MINUTE,
        holds=10 * _MINUTE,
        scopes=_OF_PROJECT,
    ),
    Kind.FAILED_CODES: KindTerms(
        numbers={
            "share": Asked(
                label="In vain (percent of tries)",
                help="Of all validations and redemptions with a key, how many were refused.",
                lowest=1,
                highest=100,
                usual=50,
            ),
            "number": Asked(
                label="Tries in vain at least",
                help="A few are everyday life: codes are mistyped, and end.",
                lowest=1,
                highest=1_000_000,
                usual=100,
            ),
            "minutes": Asked(
                label="Within (minutes)", help="The last minutes, up to now.", lowest=5, highest=60, usual=10
            ),
        },
        every=_MINUTE,
        holds=10 * _MINUTE,
        scopes=_OF_PROJECT,
    ),
}
NUMBERS: Final = ("share", "number", "minutes", "hours", "days")


def terms_of(rule: AlertRule) -> KindTerms:
    return TERMS[AlertRule.Kind(rule.kind)]
