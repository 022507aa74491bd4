from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core import words
from core.models import ProjectSettings

SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _project(db: None) -> object:
    with words.speaking_for(ProjectSettings(currency="PLN", time_zone="Europe/Warsaw")):
        yield


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.00"), (5, "0.05"), (123450, "1,234.50"), (-199, "-1.99"), (10**15 + 1, "10,000,000,000,000.01")],
)
def test_money_is_exact(amount: int, text: str) -> None:
    assert words.money(amount) == f"{text}{SPACE}PLN"


def test_nothing_is_a_dash() -> None:
    assert (words.money(None), words.when(None), words.day(None)) == ("–", "–", "–")


def test_instants_are_those_of_the_project() -> None:
    evening = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)

    assert words.when(evening) == "1 Jul 2026, 00:30".replace(" ", SPACE)


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (None, None, "no time limit"),
        ("2026-06-30T22:00:00+00:00", None, "from 1 Jul 2026"),
        (None, "2026-07-31T22:00:00+00:00", "until 31 Jul 2026"),
        ("2026-06-30T22:00:00+00:00", "2026-07-31T10:00:00+00:00", "1 Jul 2026 – 31 Jul 2026"),
    ],
)
def test_a_period_names_its_last_day(start: str | None, end: str | None, text: str) -> None:
    bounds = [datetime.fromisoformat(bound) if bound else None for bound in (start, end)]

    assert words.period(*bounds).replace(SPACE, " ") == text


def test_metadata_is_a_table_without_json() -> None:
    table = words.key_values({"vip": True, "sizes": [1, 2], "place": {"city": "Gdynia"}, "gone": None})

    cells = [part.split("</")[0] for part in table.replace('<th scope="row">', "<td>").split("<td>")[1:]]
    assert cells == ["vip", "yes", "sizes", "1, 2", "place", "city: Gdynia"]


def test_texts_are_escaped() -> None:
    assert "<b>" not in words.key_values({"<b>": "<b>"})
    assert "<b>" not in words.link("<b>", "/")
