"""What was just done can be taken back by one click beside the message that says so.

The click confirms the button that does the opposite: the same rights, the same service, the same audit entry.

>>> self.message_user(request, "SPRING is disabled.", messages.SUCCESS, extra_tags=undo.by(enable_url))
"""

from __future__ import annotations

from typing import Final

_TAG: Final = "undo:"


def by(url: str) -> str:
    """The tag of a message that is taken back by confirming the dialog at this address of ours."""
    return f"{_TAG}{url}"


def url_in(tags: str | None) -> str:
    """The address in a message's tags; only one of this site."""
    url = (tags or "").removeprefix(_TAG)
    return url if (tags or "").startswith(_TAG) and url.startswith("/") and not url.startswith("//") else ""
