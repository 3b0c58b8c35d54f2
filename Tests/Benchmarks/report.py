"""Figures, what they are held against, and how they are shown."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import statistics
import sys


@dataclasses.dataclass
class Figure:
    """One measured thing."""

    name: str
    value: float
    unit: str
    #: What the yardstick did in the same run, and its name.
    yardstick: float | None = None
    yardstick_name: str = ""
    #: The bound that the figure (or, with a yardstick, its ratio) should keep.
    at_least: float | None = None
    at_most: float | None = None
    #: The bound on the ratio to the yardstick.
    ratio_at_least: float | None = None
    ratio_at_most: float | None = None
    #: Every round's value, for those who doubt the median.
    rounds: list[float] = dataclasses.field(default_factory=list)
    ratios: list[float] = dataclasses.field(default_factory=list)

    @property
    def ratio(self) -> float | None:
        if self.ratios:
            return statistics.median(self.ratios)
        return self.value / self.yardstick if self.yardstick else None

    @property
    def verdict(self) -> str:
        bounds = [
            (self.value, self.at_least, lambda value, bound: value >= bound),
            (self.value, self.at_most, lambda value, bound: value <= bound),
            (self.ratio, self.ratio_at_least, lambda value, bound: value >= bound),
            (self.ratio, self.ratio_at_most, lambda value, bound: value <= bound),
        ]
        kept = [holds(value, bound) for value, bound, holds in bounds if bound is not None and value is not None]
        if not kept:
            return ""
        return "kept" if all(kept) else "missed"

    @property
    def target(self) -> str:
        parts = []
        if self.ratio_at_least is not None:
            parts.append(f"≥ {self.ratio_at_least:.0%}")
        if self.ratio_at_most is not None:
            parts.append(f"≤ {self.ratio_at_most:g}×")
        if self.at_least is not None:
            parts.append(f"≥ {shown(self.at_least)} {self.unit}")
        if self.at_most is not None:
            parts.append(f"≤ {shown(self.at_most)} {self.unit}")
        return ", ".join(parts)

    def line(self) -> str:
        text = f"{self.name:<52} {shown(self.value):>9} {self.unit:<7}"
        if self.yardstick is not None:
            relation = f"{self.ratio:.0%}" if self.ratio_at_most is None else f"{self.ratio:.2f}×"
            text += f" {relation:>6} of {shown(self.yardstick)} ({self.yardstick_name})"
        if self.target:
            text += f"   target {self.target}: {self.verdict}"
        return text


def shown(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


class Report:
    """Prints each figure when it is known, and all of them as JSON at the end."""

    def __init__(self, quiet: bool):
        self.figures: list[Figure] = []
        self.quiet = quiet

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)
        if not self.quiet:
            print(figure.line(), flush=True)

    def section(self, title: str) -> None:
        if self.quiet:
            print(title, file=sys.stderr, flush=True)
        else:
            print(f"\n{title}", flush=True)

    def json(self) -> str:
        document = {
            "machine": {"cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()[0]},
            "figures": [
                {**dataclasses.asdict(figure), "ratio": figure.ratio, "verdict": figure.verdict}
                for figure in self.figures
            ],
        }
        return json.dumps(document, indent=1)
