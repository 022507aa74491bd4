"""People who are named in a text: `@name`."""

from __future__ import annotations

import re
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Q

_MENTION: Final = re.compile(r"(?<![\w@.+-])@([\w@.+-]+)")
_MOST: Final = 20


def names(text: str) -> list[str]:
    """What stands behind each `@`, as typed, once each; a dot that ends the sentence is not part of it."""
    found = (name.rstrip(".-+@") for name in _MENTION.findall(text))
    return list(dict.fromkeys(name for name in found if name))[:_MOST]


def people(text: str) -> list[User]:
    """The people of the admin whom a text names."""
    asked = Q(pk__in=())
    for name in names(text):
        asked |= Q(username__iexact=name)
    return list(User.objects.filter(asked, is_active=True, is_staff=True).order_by("pk"))
