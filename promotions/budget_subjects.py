"""Whom one counter of a budget counts: a channel, a store, a customer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CHANNEL: Final = "channel"
STORE: Final = "store"
CUSTOMER: Final = "customer"
EMAIL: Final = "email"
PHONE: Final = "phone"
METADATA: Final = "metadata"
KNOWN: Final = frozenset({CHANNEL, STORE, CUSTOMER, EMAIL, PHONE})


@dataclass(frozen=True, kw_only=True)
class Subject:
    """`kind` is one of the words above, `field` set for METADATA. `key` may be empty: no store was named."""

    kind: str
    key: str
    field: str = ""


def read(subject: str) -> Subject | None:
    """What a counter's `subject` says; None: everybody together.

    read("store:gdansk") -> Subject(kind="store", key="gdansk")
    """
    if not subject:
        return None
    kind, _, key = subject.partition(":")
    if kind in KNOWN:
        return Subject(kind=kind, key=key)
    return Subject(kind=METADATA, key=key, field=kind)
