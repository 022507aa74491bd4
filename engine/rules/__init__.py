"""Validation rules: read, judged, explained. Contract: section 11."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.rules.tree import RuleSet

__all__ = ["RuleSet", "parse"]


def parse(wire: Mapping[str, Any]) -> RuleSet:
    """The wire's validation rule object as a tree."""
    raise NotImplementedError
