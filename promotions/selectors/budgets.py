"""Budgets as they stand: their counters, what was drawn day by day."""

from __future__ import annotations

from typing import Final

COUNTER: Final = "used"
"""The name of a budget's counters."""
