"""What the runs of the money bench come to: medians, ranges, ratios, and the tables that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

type Runs = Sequence[Run]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of one scenario: seconds of each answer, of all together, and of processors per answer."""

    times: Sequence[float]
    seconds: float
    cpu: float

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The median of several repeats, the least and the most of them."""

    middle: float
    least: float
    most: float

    def text(self, digits: int = 0) -> str:
        middle, least, most = (f"{value:,.{digits}f}" for value in (self.middle, self.least, self.most))
        return f"{middle} ({least}–{most})"


@dataclass(frozen=True, kw_only=True)
class Target:
    """What was wanted of a figure, at least or at most."""

    what: str
    wanted: float
    found: Spread
    at_least: bool = True
    digits: int = 2

    @property
    def is_reached(self) -> bool:
        return self.found.middle >= self.wanted if self.at_least else self.found.middle <= self.wanted


def spread(values: Sequence[float]) -> Spread:
    return Spread(middle=median(values), least=min(values), most=max(values))


def percentile(values: Sequence[float], percent: int) -> float:
    """The least of the values that so many percent of them do not exceed: percentile([3, 1, 2], 50) is 2."""
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]


def pooled(runs: Runs, percent: int) -> float:
    """Milliseconds within which so many percent of the answers of all repeats came."""
    return percentile([seconds for run in runs for seconds in run.times], percent) * 1000


def throughput(runs: Runs, against: Runs) -> Spread:
    """Answers in a second as a part of the other's, repeat by repeat: what disturbed a repeat hit both."""
    return spread([one.per_second / other.per_second for one, other in zip(runs, against, strict=True)])


def cpu(runs: Runs) -> Spread:
    """Milliseconds of processors per answer: servers and database, not the callers."""
    return spread([run.cpu * 1000 for run in runs])


def cost(runs: Runs, against: Runs) -> Spread:
    """Processor time as a multiple of the other's, repeat by repeat."""
    return spread([one.cpu / other.cpu for one, other in zip(runs, against, strict=True)])


@dataclass(frozen=True, kw_only=True)
class Line:
    """One scenario: its runs by number of callers, and those that it is compared with."""

    what: str
    runs: Mapping[int, Runs]
    against: Mapping[int, Runs]
    named: str


def scenarios(lines: Sequence[Line], callers: Sequence[int]) -> str:
    """The Markdown table of all scenarios. Those that were not asked by so many callers have gaps."""
    alone, *together = callers
    head = ["money, over HTTP, 5 lines", f"{alone} caller: p50, ms"]
    for count in together:
        head += [f"{count} callers: answers/s", "p50 / p99, ms", "ratio"]
    head += ["CPU, ms", "CPU ratio", "to"]
    rows = [_scenario(line, alone, together) for line in lines]
    return _table(head, rows)


def _scenario(line: Line, alone: int, together: Sequence[int]) -> list[str]:
    cells = [line.what, f"{pooled(line.runs[alone], 50):.1f}" if alone in line.runs else ""]
    for count in together:
        if count not in line.runs:
            cells += ["", "", ""]
            continue
        runs = line.runs[count]
        cells += [
            spread([run.per_second for run in runs]).text(),
            f"{pooled(runs, 50):.1f} / {pooled(runs, 99):.0f}",
            throughput(runs, line.against[count]).text(2),
        ]
    most = max(line.runs)
    cells += [
        cpu(line.runs[most]).text(2),
        cost(line.runs[most], line.against[most]).text(1),
        line.named,
    ]
    return cells


def targets(found: Sequence[Target]) -> str:
    """The Markdown table of what was wanted and what came out."""
    rows = [
        [
            one.what,
            f"at {'least' if one.at_least else 'most'} {one.wanted:g}",
            one.found.text(one.digits),
            "yes" if one.is_reached else "**no**",
        ]
        for one in found
    ]
    return _table(["target", "wanted", "measured", "reached"], rows)


def statements(found: Mapping[str, Mapping[str, int]]) -> str:
    """The Markdown table of how many statements a request sends, by kind."""
    rows = [
        [
            what,
            str(sum(kinds.values())),
            ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda one: -one[1])),
        ]
        for what, kinds in found.items()
    ]
    return _table(["one request", "statements", "of them"], rows, numbers=1)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: int | None = None) -> str:
    """Numbers, all columns but the first unless it is said, stand on the right."""
    right = len(head) - 1 if numbers is None else numbers
    rule = ["---", *["---:"] * right, *["---"] * (len(head) - 1 - right)]
    lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    return "\n".join([lines[0], f"|{'|'.join(rule)}|", *lines[1:]]) + "\n"
