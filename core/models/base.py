"""What every table of the house shares: a public id and two instants, both passed in by services."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.db import models

from core.ids import DEFAULT_LENGTH, new_id


class ExactJSONDecoder(json.JSONDecoder):
    """Reads `12.5` as `Decimal("12.5")`: percentages in JSON columns stay exact."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "parse_float": Decimal})


class PublicIdField(models.CharField):  # type: ignore[type-arg]
    """The id on the wire: `prefix` + random characters, unique, made with the object (also in bulk)."""

    def __init__(self, *args: Any, prefix: str = "", length: int = DEFAULT_LENGTH, **kwargs: Any) -> None:
        self.prefix = prefix
        self.length = length
        kwargs.setdefault("max_length", 64)
        kwargs["unique"] = True
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, list(args), {**kwargs, "prefix": self.prefix, "length": self.length}

    def has_default(self) -> bool:
        return True

    def get_default(self) -> str:
        return new_id(self.prefix, self.length)


class TimestampedModel(models.Model):
    """`updated_at` stays null until the first change (contract: data file 3.1)."""

    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
