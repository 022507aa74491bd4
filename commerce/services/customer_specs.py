"""What a caller says about a customer, and what that changes on a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from commerce.models import Customer

TEXTS: Final = ("name", "email", "phone", "description")
ADDRESS: Final = ("city", "state", "line_1", "line_2", "country", "postal_code")
COLUMNS: Final = (*TEXTS, "birthdate", *ADDRESS)


@dataclass(frozen=True, kw_only=True)
class CustomerSpec:
    """`values` maps columns to what was sent, and only that; `metadata` are the keys to set, to null too."""

    id: str | None = None
    source_id: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    replaces_metadata: bool = False

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """From a validated wire customer. Null empties a field; `birthday` is the old name of `birthdate`."""
        values: dict[str, Any] = {name: payload[name] or "" for name in TEXTS if name in payload}
        for name in ("birthday", "birthdate"):
            if name in payload:
                values["birthdate"] = payload[name]
        if "address" in payload:
            address = payload["address"]
            names = ADDRESS if address is None else [name for name in ADDRESS if name in address]
            values |= {name: (address or {}).get(name) or "" for name in names}
        return cls(
            id=payload.get("id") or None,
            source_id=payload.get("source_id") or None,
            values=values,
            metadata=payload.get("metadata") or {},
        )

    def changes_to(self, customer: Customer) -> dict[str, Any]:
        """Columns that would get another value."""
        changes = {name: value for name, value in self.values.items() if getattr(customer, name) != value}
        metadata = {**({} if self.replaces_metadata else customer.metadata), **self.metadata}
        if metadata != customer.metadata:
            changes["metadata"] = metadata
        return changes


def with_dial_code(phone: str, dial_code: str) -> str:
    """A phone number in the project's country is completed (contract: data file 3.1)."""
    if not phone or not dial_code or phone.startswith(("+", "00")):
        return phone
    return f"{dial_code}{phone.lstrip('0')}"
