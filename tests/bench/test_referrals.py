from __future__ import annotations

from tests.bench import referrals
from tests.referrals.histories import Kind


def test_the_benchmark_tells_every_kind_and_every_target() -> None:
    text = referrals.table(quick=True)

    assert all(f"{kind.value} | " in text for kind in Kind)
    assert text.count("| yes |") == 4
    assert "| as histories have them | " in text
