"""What spoke against a referral, for people: a few words for lists, a sentence for its page.

Whoever judges writes `{key, message, severity?, evidence?}`; keys that are not known here are shown, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core import words

_SHORT: Final[Mapping[str, str]] = {
    "same_customer": "Own code",
    "same_email": "Same e-mail",
    "customer_blocked": "Blocked",
}
_COLOURS: Final[Mapping[str, str]] = {
    "refuses": "danger",
    "refuse": "danger",
    "high": "danger",
    "holds": "warning",
    "hint": "info",
    "hold": "warning",
    "medium": "warning",
    "low": "info",
    "info": "info",
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """`evidence` are names and values, as text."""

    key: str
    short: str
    sentence: str
    colour: str
    evidence: tuple[tuple[str, str], ...] = ()


def said(finding: Mapping[str, Any]) -> Said:
    key = str(finding.get("key") or "")
    short = _SHORT.get(key) or key.replace("_", " ").capitalize() or "Suspicious"
    evidence = finding.get("evidence")
    return Said(
        key=key,
        short=short,
        sentence=str(finding.get("message") or ""),
        colour=_COLOURS.get(str(finding.get("severity") or "").lower(), "warning"),
        evidence=_evidence(evidence),
    )


def _evidence(evidence: Any) -> tuple[tuple[str, str], ...]:
    if not evidence:
        return ()
    if not isinstance(evidence, Mapping):
        return (("", words.shown(evidence)),)
    return tuple(
        (str(name).replace("_", " "), words.shown(value))
        for name, value in evidence.items()
        if value not in (None, "", [], {})
    )
