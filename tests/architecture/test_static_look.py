"""Calls and templates that open doors (PROOFS S6). What is in `EXPLAINED` has its reason beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.architecture.test_house_rules import ROOT, python_files, tracked

# "file: what" -> why it is harmless there.
EXPLAINED: Final = {
    "commerce/services/customer_files.py: SQL glued together": "names of our own columns and settings",
    "commerce/services/recordsets.py: SQL glued together": "only names of our own columns, quoted",
    "demo_store/journey/run.py: SQL glued together": "names of our own tables",
    "insights/services/metric_rebuild.py: SQL glued together": "names of our own tables and columns",
    "promotions/services/code_copies.py: SQL glued together": "names of our own columns",
    "promotions/selectors/reconcile/rule_counters.py: SQL glued together": "parts of our own, without values",
    "core/locking.py: random": "spreads retries over time; nobody gains from guessing it",
    "integrations/services/webhook_lanes.py: random": "spreads retries over time, too",
    "core/api/views.py: request data in **": "one dictionary of two; a serializer reads it, by name",
}
# Data made up for show, from a seed that is meant to be the same each time.
PLAYGROUNDS: Final = ("demo_store/",)

CALLS: Final = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "mark_safe",
    "SafeString",
    "SafeText",
    "RawSQL",
    "csrf_exempt",
    "os.system",
    "os.popen",
    "tempfile.mktemp",
    "yaml.load",
    "hashlib.md5",
    "hashlib.sha1",
    "ssl._create_unverified_context",
}
METHODS: Final = {"extra", "raw"}
MODULES: Final = {"pickle", "marshal", "shelve", "dill", "telnetlib", "ftplib", "random", "xml", "jsonpickle"}
TEMPLATES: Final = {
    "|safe": re.compile(r"\|\s*safe(seq)?\b"),
    "autoescape off": re.compile(r"autoescape\s+off"),
    "{% debug %}": re.compile(r"\{%\s*debug\s*%\}"),
    "script in the page": re.compile(r"<script(?![^>]*\b(src|type=.application/json))", re.IGNORECASE),
    "handler in the page": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "address of a script": re.compile(r"javascript:", re.IGNORECASE),
}


def findings(source: str) -> Iterator[str]:
    """What a piece of Python does that needs an explanation."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            )
            yield from (name.partition(".")[0] for name in names if name.partition(".")[0] in MODULES)
        if isinstance(node, ast.Call):
            yield from _called(node)
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) == "csrf_exempt":
            yield "csrf_exempt"
        if isinstance(node, ast.Dict):
            yield from _spread(
                [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
            )


def _called(node: ast.Call) -> Iterator[str]:
    name = ast.unparse(node.func)
    if name in CALLS:
        yield name
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in METHODS:
            yield f".{node.func.attr}()"
        if node.func.attr in {"execute", "executemany", "copy"} and node.args and _is_glued(node.args[0]):
            yield "SQL glued together"
    if name.rpartition(".")[2] == "format_html" and not isinstance(node.args[0], ast.Constant):
        yield "HTML glued together"
    for keyword in node.keywords:
        is_true = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        is_false = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        if keyword.arg == "shell" and not is_false:
            yield "shell"
        if keyword.arg == "verify" and not is_true:
            yield "certificate not verified"
    yield from _spread([keyword.value for keyword in node.keywords if keyword.arg is None])


def _spread(values: list[ast.expr]) -> Iterator[str]:
    if any(
        re.search(r"\brequest\.|\bquery_params\b|\.(GET|POST|data)\b", ast.unparse(value)) for value in values
    ):
        yield "request data in **"


def _is_glued(value: ast.expr) -> bool:
    """An f-string with values in it, `+`, `%` or `.format()`."""
    if isinstance(value, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in value.values)
    is_call = isinstance(value, ast.Call) and not ast.unparse(value).startswith("sql.SQL(")
    is_format = is_call and ast.unparse(value).partition("(")[0].endswith((".format", ".join"))
    return is_format or isinstance(value, ast.BinOp)


def test_nothing_dangerous_is_unexplained() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}: {what}"
        for path in python_files(with_tests=False)
        for what in findings(path.read_text())
        if not (what == "random" and path.relative_to(ROOT).as_posix().startswith(PLAYGROUNDS))
    }

    assert found == set(EXPLAINED)


def test_no_template_lets_scripts_in() -> None:
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {what}"
        for path in tracked("templates/*.html", "*/templates/*.html")
        for what, pattern in TEMPLATES.items()
        if pattern.search(path.read_text())
    ]

    assert found == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("eval(text)", "eval"),
        ("exec(text)", "exec"),
        ("import pickle", "pickle"),
        ("from pickle import loads", "pickle"),
        ("import xml.etree.ElementTree", "xml"),
        ("yaml.load(text)", "yaml.load"),
        ("mark_safe(text)", "mark_safe"),
        ("SafeString(text)", "SafeString"),
        ("rows.extra(where=[text])", ".extra()"),
        ("Model.objects.raw(text)", ".raw()"),
        ("RawSQL(text, [])", "RawSQL"),
        ("subprocess.run(line, shell=True)", "shell"),
        ("os.system(line)", "os.system"),
        ("get(url, verify=False)", "certificate not verified"),
        ("Model.objects.create(**request.data)", "request data in **"),
        ("rows.filter(**dict(self.request.GET))", "request data in **"),
        ("x = {**request.query_params}", "request data in **"),
        ("cursor.execute(f'SELECT {name}')", "SQL glued together"),
        ("cursor.execute('SELECT ' + name)", "SQL glued together"),
        ("cursor.execute('SELECT %s' % name)", "SQL glued together"),
        ("cursor.execute('SELECT {}'.format(name))", "SQL glued together"),
        ("cursor.execute(', '.join(parts))", "SQL glued together"),
        ("format_html(f'<b>{name}</b>')", "HTML glued together"),
        ("@csrf_exempt\ndef view(request): ...", "csrf_exempt"),
        ("import random", "random"),
        ("hashlib.md5(token)", "hashlib.md5"),
    ],
)
def test_the_look_sees_what_it_is_for(source: str, what: str) -> None:
    assert set(findings(source)) == {what}


@pytest.mark.parametrize(
    "source",
    [
        "re.compile(text)",
        "cursor.execute('SELECT %s', [name])",
        "cursor.execute(sql.SQL('SELECT {}').format(sql.Identifier(name)))",
        "format_html('<b>{}</b>', name)",
        "subprocess.run([program], shell=False)",
        "service(**spec)",
        "import secrets",
    ],
)
def test_the_look_lets_good_code_pass(source: str) -> None:
    assert list(findings(source)) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{{ name|safe }}", "|safe"),
        ("{% autoescape off %}", "autoescape off"),
        ("<script>go()</script>", "script in the page"),
        ('<a onclick="go()">', "handler in the page"),
        ('<a href="javascript:go()">', "address of a script"),
    ],
)
def test_the_look_at_templates_sees_what_it_is_for(text: str, what: str) -> None:
    assert [name for name, pattern in TEMPLATES.items() if pattern.search(text)] == [what]
