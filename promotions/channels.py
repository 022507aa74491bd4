"""Through which door something came, as redemptions, rollbacks and returns keep it (contract: 8.2)."""

from __future__ import annotations

from core.actors import Actor, ActorKind


def channel_of(actor: Actor) -> dict[str, str]:
    """The columns `channel_type` and `channel_id`."""
    return {
        "channel_type": "USER" if actor.kind is ActorKind.USER else "API",
        "channel_id": actor.id if actor.channel in {"API", "CLIENT_API"} else actor.channel,
    }
