"""What a check found, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from demo_store.qualifying.run import Report


def lines(report: Report) -> Iterator[str]:
    yield (
        f"{report.baskets} baskets ({report.anonymous} without a customer), {report.questions} questions, "
        f"{report.pages} pages; {report.redeemables} codes and tiers for everybody."
    )
    for scenario, hits in report.hits.items():
        yield (
            f"{scenario:<30} {hits:>9,} hits, {report.most[scenario]:>5} at most, "
            f"{report.empty[scenario]:>5} baskets without any"
        )
    yield "Seconds: " + ", ".join(f"{name} {spent:.1f}" for name, spent in report.seconds.items())
