"""Kill servers under load and compare: `python -m tests.crash --kills 50 --what mixed --seed 1`.

`--what approvals`: the load is people who approve requests, all kinds of servers are killed.

Ends with 1 when anything that was answered differs from what is stored. The same seed kills the same servers;
what the callers were doing just then is chance.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.crash.house import House, house

_VICTIMS = ("web", "worker", "database", "mixed", "approvals")
_HEAD = f"{'kill':>4}  {'what':8}  {'calls':>5}  {'answered':>8}  {'lost':>4}  {'landed':>6}  {'repeated':>8}"
_HEAD += f"  {'away s':>6}  differences"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="Kill servers under load.")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--what", choices=_VICTIMS, default="mixed")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    home = Path(tempfile.mkdtemp(prefix="fanfare-crash-"))
    home.chmod(0o755)  # PostgreSQL may run as nobody
    try:
        with house(home) as opened:
            return _run(opened, options)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _run(opened: House, options: argparse.Namespace) -> int:
    os.environ.update(opened.environment, DJANGO_SETTINGS_MODULE="config.settings_test")
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from core.actors import Actor
    from core.services import api_keys
    from tests.crash import approving
    from tests.crash import rounds as shopping
    from tests.crash.rounds import VICTIMS, Round

    call_command("migrate", verbosity=0, interactive=False)
    issued = api_keys.create(name="crash", actor=Actor.system("tests"), now=timezone.now())
    headers = {
        "Content-Type": "application/json",
        "X-App-Id": issued.key.app_id,
        "X-App-Token": issued.token,
    }
    opened.start_web()
    play = approving.play if options.what == "approvals" else shopping.play
    dice = random.Random(options.seed)
    rounds: list[Round] = []
    _say(_HEAD)
    for number in range(1, options.kills + 1):
        # In turn, so that few kills meet all of them.
        kinds = VICTIMS[options.what]
        victim = kinds[(number - 1) % len(kinds)]
        seed = dice.randrange(10**9)
        played = play(opened, number=number, victim=victim, headers=headers, seed=seed)
        rounds.append(played)
        _say(_line(str(number), victim, [played]))
        for difference in played.differences:
            _say(f"      {difference}")
    _say(_line("all", options.what, rounds))
    return int(any(one.differences for one in rounds))


def _line(number: str, what: str, rounds: list[Round]) -> str:  # noqa: F821 - Django has to be set up first
    total = {
        name: sum(getattr(one, name) for one in rounds)
        for name in ("calls", "answered", "lost", "landed", "repeated")
    }
    return (
        f"{number:>4}  {what:8}  {total['calls']:5}  {total['answered']:8}  {total['lost']:4}  "
        f"{total['landed']:6}  {total['repeated']:8}  {max(one.away for one in rounds):6.1f}  "
        f"{sum(len(one.differences) for one in rounds)}"
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
