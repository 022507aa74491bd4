"""A header beside an answer that made codes which are easy to guess; bodies keep the contract's shape."""

from __future__ import annotations

from typing import Final

from rest_framework.response import Response

from core import project
from promotions import code_words
from promotions.code_config import CodeConfig

HEADER: Final = "X-Fanfare-Warning"


def warned(response: Response, *, config: CodeConfig, live: int) -> Response:
    """The response, with the warning if there is one for `live` codes that look like this."""
    ignore_case = project.current().case_insensitive_codes
    weakness = code_words.weakness(config, live=live, ignore_case=ignore_case)
    # A pattern may hold any character, a header may not; the warning quotes none.
    if weakness:
        response.headers[HEADER] = weakness
    return response
