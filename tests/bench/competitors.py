"""The environment of the engines to compare with: pinned with hashes, made on demand, not the project's."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements-bench.txt"
HOME = ROOT / "var" / "bench"


def python() -> str:
    """The interpreter of the environment; it is made anew when the requirements have changed.

    :raises subprocess.CalledProcessError: it could not be made.
    """
    interpreter = HOME / "bin" / "python"
    installed = HOME / "installed-requirements.txt"
    if installed.exists() and filecmp.cmp(REQUIREMENTS, installed, shallow=False):
        return str(interpreter)
    sys.stderr.write("Installing what is compared with\n")
    shutil.rmtree(HOME, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
    pip = [str(interpreter), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*pip, "-r", str(REQUIREMENTS)], check=True)
    shutil.copy(REQUIREMENTS, installed)
    return str(interpreter)
