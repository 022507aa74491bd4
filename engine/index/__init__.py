"""Which of many candidates apply to a request, without asking each of them. See README.md."""

from __future__ import annotations

from engine.index.index import Index
from engine.index.match import Match

__all__ = ["Index", "Match"]
