"""What the demo shows its user at every start: the login and one key of each kind, kept in a private file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from config.devstack import write_private

_FILE: Final = "demo-keys.json"


@dataclass(frozen=True, kw_only=True)
class DemoKeys:
    """Plain texts; the database holds only hashes, so a lost file means new keys.

    `password` is empty when the user has changed it.
    """

    username: str
    password: str
    server_id: str
    server_token: str
    client_id: str
    client_token: str


def read(home: Path) -> DemoKeys | None:
    """The keys of an earlier start; None when there was none, or the file is not whole."""
    try:
        return DemoKeys(**json.loads((home / _FILE).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write(home: Path, keys: DemoKeys) -> None:
    write_private(home / _FILE, json.dumps(asdict(keys), indent=2) + "\n")
