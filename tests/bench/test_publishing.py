from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import __main__ as bench


def test_tables_of_a_part_go_between_its_marks_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = tmp_path / "README.md"
    text = (
        "a\n<!-- bench api: begin -->\nold\n<!-- bench api: end -->\n"
        "b\n<!-- bench money: begin -->\n<!-- bench money: end -->\n"
    )
    readme.write_text(text)
    monkeypatch.setattr(bench, "README", readme)

    bench._publish("money", "| new \\1 |\n", write=True)

    assert readme.read_text() == text.replace(
        "<!-- bench money: begin -->\n", "<!-- bench money: begin -->\n| new \\1 |\n"
    )


def test_tables_are_only_printed_where_nobody_wants_them_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("<!-- bench api: begin -->\n<!-- bench api: end -->\n")
    monkeypatch.setattr(bench, "README", readme)

    bench._publish("api", "| new |\n", write=False)

    assert "new" not in readme.read_text()
    assert capsys.readouterr().out == "| new |\n\n"


def test_the_readme_has_marks_for_every_part() -> None:
    text = bench.README.read_text()

    for part in bench.PARTS:
        assert f"<!-- bench {part}: begin -->\n" in text
        assert f"<!-- bench {part}: end -->\n" in text
