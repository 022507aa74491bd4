"""What a warning about a proposal is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`STOP`: it cannot be launched so, or nobody would get it. `WARNING`: it may cost more than is meant.
    `NOTE`: worth knowing.
    """

    STOP = "stop"
    WARNING = "warning"
    NOTE = "note"


class Part(StrEnum):
    """Where it is put right: the steps of the wizard."""

    TYPE = "type"
    DISCOUNT = "discount"
    AUDIENCE = "audience"
    CONDITIONS = "conditions"
    PRODUCTS = "products"
    TIME = "time"
    PLACES = "places"
    LIMITS = "limits"
    CODES = "codes"


@dataclass(frozen=True, kw_only=True)
class Guard:
    key: str
    severity: Severity
    message: str
    part: Part


def stop(key: str, part: Part, message: str) -> Guard:
    return Guard(key=key, severity=Severity.STOP, message=message, part=part)


def warn(key: str, part: Part, message: str) -> Guard:
    return Guard(key=key, severity=Severity.WARNING, message=message, part=part)


def note(key: str, part: Part, message: str) -> Guard:
    return Guard(key=key, severity=Severity.NOTE, message=message, part=part)
