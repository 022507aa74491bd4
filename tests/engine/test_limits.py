from __future__ import annotations

import pytest

from engine.limits import remaining
from engine.snapshot import Uses


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        (Uses(), None),
        (Uses(used=10**6, held=5), None),
        (Uses(quantity=4), 4),
        (Uses(quantity=4, used=1, held=2), 1),
        (Uses(quantity=4, held=4), 0),
        (Uses(quantity=4, used=4), 0),
        (Uses(quantity=0), 0),
        (Uses(quantity=1, used=1, held=1), 0),  # a limit lowered later does not go below zero
    ],
)
def test_remaining_is_quantity_minus_used_minus_held(uses: Uses, expected: int | None) -> None:
    assert remaining(uses) == expected
