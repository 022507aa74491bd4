"""Through which door something came, as redemptions, rollbacks and returns keep it (contract: 8.2)."""

from __future__ import annotations

from typing import Final

from core.actors import Actor, ActorKind

AUTO_REDEEM: Final = "AUTO_REDEEM"


def channel_of(actor: Actor) -> dict[str, str]:
    """The columns `channel_type` and `channel_id`. A reward that redeems itself names its assignment."""
    if actor.channel == AUTO_REDEEM:
        return {"channel_type": AUTO_REDEEM, "channel_id": actor.id}
    return {
        "channel_type": "USER" if actor.kind is ActorKind.USER else "API",
        "channel_id": actor.id if actor.channel in {"API", "CLIENT_API"} else actor.channel,
    }
