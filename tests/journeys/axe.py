"""axe-core in a tab: what people with a screen reader, a keyboard or weak eyes would stumble over."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page

HERE: Final = Path(__file__).parent
_SCRIPT: Final = HERE / "node_modules" / "axe-core" / "axe.min.js"
# Findings below these are matters of taste, or of unfold's frame.
GRAVE: Final = {"serious", "critical"}
_RUN: Final = """async () => {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(({ id, impact, help, nodes }) => ({
        id, impact, help, nodes: nodes.map((node) => `${node.target.join(" ")} ${node.html.slice(0, 160)}`),
    }));
}"""


def installed() -> str:
    """The script of axe-core; from the npm registry, once, beside its lock file."""
    if not _SCRIPT.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("axe-core is installed with npm, and there is none: install Node.js.")
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode != 0:
            pytest.skip(f"the npm registry could not be reached: {done.stderr.strip()[-200:]}")
    return _SCRIPT.read_text()


def findings(tab: Page, script: str) -> list[str]:
    """Serious and critical ones of the page that is open, each in a line."""
    tab.evaluate(script)
    violations: list[dict[str, Any]] = tab.evaluate(_RUN)
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {node}"
        for one in violations
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
