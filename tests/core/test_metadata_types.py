from __future__ import annotations

from typing import Any

import pytest

from core.metadata_types import clean_definition, complaints

GOOD = {
    "string": ["", "text", "ü" * 10_000],
    "number": [0, -3, 2.5, -0.25, 10**15],
    "boolean": [True, False],
    "date": ["2024-02-29", "0001-01-01"],
    "datetime": ["2024-02-29T10:00:00Z", "2024-02-29T10:00:00.123+02:00", "2024-02-29T10:00"],
    "geopoint": ["geo:52.2,21.0", "geo:-90,180", "geo:0,-179.999"],
    "image_url": [
        "https://cdn.example/a.png",
        "http://cdn.example/dir/b.JPEG?w=1",
        "https://x.example/c.jpg",
    ],
    "object": [{}, {"a": {"b": 1}}],
}
BAD = {
    "string": [1, True, ["a"], {}, "x" * 10_001],
    "number": ["1", True, 1.005, float("inf"), float("nan"), [1], {}],
    "boolean": [0, 1, "true", []],
    "date": ["2024-02-30", "2024-2-1", "20240201", "2024-02-01T10:00:00Z", 20240201, ""],
    "datetime": ["2024-02-29", "2023-02-29T10:00:00Z", "soon", "", 5],
    "geopoint": ["52.2,21.0", "geo:91,0", "geo:0,181", "geo:a,b", "geo:1", ["geo:1,1"]],
    "image_url": [
        "https://cdn.example/a.gif",
        "ftp://cdn.example/a.png",
        "cdn.example/a.png",
        "https://a b/c.png",
        1,
    ],
    "object": [[], "{}", 1],
}


def wrong(definition: dict[str, Any], value: Any) -> list[str]:
    return list(complaints(clean_definition(definition), value))


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, found in GOOD.items() for value in found]
)
def test_right_values(kind: str, value: Any) -> None:
    assert wrong({"type": kind}, value) == []


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, found in BAD.items() for value in found])
def test_wrong_values(kind: str, value: Any) -> None:
    assert len(wrong({"type": kind}, value)) == 1


@pytest.mark.parametrize(
    ("definition", "value", "texts"),
    [
        ({"min_length": 2}, "a", ["must have at least 2 characters (actual value is a)"]),
        ({"min_length": 2}, "ab", []),
        ({"max_length": 2}, "abc", ["must have at most 2 characters (actual value is abc)"]),
        ({"max_length": 2}, "ab", []),
        ({"exact_length": 3}, "ab", ["must have exactly 3 characters (actual value is ab)"]),
        ({"exact_length": 3}, "abc", []),
        ({"eq": ["red", "blue"]}, "green", ["must be one of ['red', 'blue'] (actual value is green)"]),
        ({"eq": ["red", "blue"]}, "blue", []),
    ],
)
def test_rules_of_texts(definition: dict[str, Any], value: str, texts: list[str]) -> None:
    assert wrong({"type": "string", **definition}, value) == texts


@pytest.mark.parametrize(
    ("definition", "value", "texts"),
    [
        ({"lt": 5}, 5, ["must be lower than 5 (actual value is 5)"]),
        ({"lt": 5}, 4.99, []),
        ({"lte": 5}, 5, []),
        ({"lte": 5}, 5.01, ["must be lower than or equal to 5 (actual value is 5.01)"]),
        ({"gt": 5}, 5, ["must be greater than 5 (actual value is 5)"]),
        ({"gt": 5}, 5.01, []),
        ({"gte": 5}, 5, []),
        ({"gte": -1.5}, -1.51, ["must be greater than or equal to -1.5 (actual value is -1.51)"]),
        ({"eq": [1, 2.5]}, 2.5, []),
        ({"eq": [1, 2.5]}, 3, ["must be one of [1, 2.5] (actual value is 3)"]),
        ({"ne": [3]}, 3, ["must be none of [3] (actual value is 3)"]),
        ({"ne": [3]}, 4, []),
    ],
)
def test_rules_of_numbers(definition: dict[str, Any], value: float, texts: list[str]) -> None:
    assert wrong({"type": "number", **definition}, value) == texts


def test_arrays_check_each_item() -> None:
    definition = {"type": "number", "array": True, "lte": 3}

    assert wrong(definition, [1, 2, 3]) == []
    assert wrong(definition, []) == []
    assert wrong(definition, 1) == ["must be an array (actual value is 1)"]
    assert wrong(definition, [1, 4, "x"]) == [
        "must be lower than or equal to 3 (actual value is 4)",
        "must be a number with at most 2 decimal places (actual value is x)",
    ]
    assert wrong(definition, [1] * 501) == ["must have at most 500 items"]
    assert wrong({"type": "number"}, [1]) == [
        "must be a number with at most 2 decimal places (actual value is [1])"
    ]


def test_definition_is_stored_with_defaults_and_without_what_does_not_belong() -> None:
    assert clean_definition({"type": "string", "lt": 3, "min_length": 1, "eq": [], "colour": "red"}) == {
        "type": "string",
        "array": False,
        "optional": True,
        "deleted": False,
        "min_length": 1,
    }
    assert clean_definition({"type": "object", "optional": False})["object_type"] is None


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        ("string", " must be an object"),
        ({}, ".type must be one of string, number, object, date, datetime, geopoint, boolean, image_url"),
        (
            {"type": ["string"]},
            ".type must be one of string, number, object, date, datetime, geopoint, boolean, image_url",
        ),
        ({"type": "string", "array": "yes"}, ".array must be a boolean"),
        ({"type": "string", "optional": None}, ".optional must be a boolean"),
        ({"type": "string", "min_length": -1}, ".min_length must be an integer between 0 and 10000"),
        ({"type": "string", "max_length": True}, ".max_length must be an integer between 0 and 10000"),
        ({"type": "string", "eq": [1]}, ".eq must be an array of strings"),
        ({"type": "number", "eq": ["1"]}, ".eq must be an array of numbers"),
        ({"type": "number", "lt": "5"}, ".lt must be a number with at most 2 decimal places"),
        ({"type": "object", "object_type": ""}, ".object_type must be a string of 1 to 100 characters"),
    ],
)
def test_wrong_definitions(definition: Any, text: str) -> None:
    with pytest.raises(ValueError, match="must be") as refused:
        clean_definition(definition)

    assert str(refused.value) == text
