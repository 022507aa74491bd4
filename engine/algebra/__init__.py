"""Can two promotions be met at once? Rules are intersected symbolically; the engine confirms every example.

See README.md.
"""

from __future__ import annotations

from engine.algebra.judging import as_live, snapshot_of, takes
from engine.algebra.meeting import meet
from engine.algebra.profiles import Profile, excludes, profile
from engine.algebra.shapes import Answer, Aspect, Clash, Ground, Meeting, Obstacle, Opaque, Side, Witness
from engine.algebra.world import World

__all__ = [
    "Answer",
    "Aspect",
    "Clash",
    "Ground",
    "Meeting",
    "Obstacle",
    "Opaque",
    "Profile",
    "Side",
    "Witness",
    "World",
    "as_live",
    "excludes",
    "meet",
    "profile",
    "snapshot_of",
    "takes",
]
