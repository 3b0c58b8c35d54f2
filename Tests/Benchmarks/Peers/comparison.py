"""What was measured of whom, and how it is shown."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import statistics
import sys
import textwrap

from report import shown

#: Whose figures the others' are held against.
OURS = "jobsup"


@dataclasses.dataclass
class Row:
    """One measured thing of all supervisors."""

    name: str
    unit: str
    #: The one that does the least for it; none when ratios say nothing.
    yardstick: str | None = "bare"
    #: The bounds that ours should keep.
    at_most: float | None = None
    ratio_at_most: float | None = None
    #: Of each supervisor, a value for each round.
    rounds: dict[str, list[float]] = dataclasses.field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        self.rounds.setdefault(name, []).append(value)

    def value(self, name: str) -> float | None:
        return statistics.median(self.rounds[name]) if self.rounds.get(name) else None

    def ratio(self, name: str, to: str | None) -> float | None:
        mine, theirs = self.value(name), self.value(to) if to else None
        return mine / theirs if mine is not None and theirs else None

    @property
    def target(self) -> str:
        parts = []
        if self.at_most is not None:
            parts.append(f"≤ {self.at_most:g}{' ' + self.unit if self.unit else ''}")
        if self.ratio_at_most is not None:
            parts.append(f"≤ {self.ratio_at_most:g}× {self.yardstick}")
        return ", ".join(parts)

    @property
    def verdict(self) -> str:
        kept = [
            value <= bound
            for value, bound in [
                (self.value(OURS), self.at_most), (self.ratio(OURS, self.yardstick), self.ratio_at_most),
            ]
            if value is not None and bound is not None
        ]  # fmt: skip
        return "" if not kept else "kept" if all(kept) else "missed"

    def document(self) -> dict:
        return {
            "name": self.name,
            "unit": self.unit,
            "yardstick": self.yardstick,
            "at_most": self.at_most,
            "ratio_at_most": self.ratio_at_most,
            "verdict": self.verdict,
            "rounds": self.rounds,
            "median": {name: self.value(name) for name in self.rounds},
            "to_ours": {name: self.ratio(name, OURS) for name in self.rounds},
            "to_yardstick": {name: self.ratio(name, self.yardstick) for name in self.rounds},
        }


@dataclasses.dataclass
class Comparison:
    rows: list[Row] = dataclasses.field(default_factory=list)
    #: What each supervisor was told.
    settings: dict[str, str] = dataclasses.field(default_factory=dict)
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    #: Why a supervisor, or a step with it, is not there.
    not_measured: dict[str, str] = dataclasses.field(default_factory=dict)

    def row(self, name: str, unit: str, **settings) -> Row:
        row = Row(name, unit, **settings)
        self.rows.append(row)
        return row

    def json(self) -> str:
        document = {
            "machine": {"cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()[0]},
            "settings": self.settings,
            "versions": self.versions,
            "not_measured": self.not_measured,
            "rows": [row.document() for row in self.rows],
        }
        return json.dumps(document)

    @classmethod
    def read(cls, text: str) -> Comparison:
        """What `json` wrote."""
        document = json.loads(text)
        fields = [field.name for field in dataclasses.fields(Row)]
        rows = [Row(**{name: row[name] for name in fields}) for row in document["rows"]]
        return cls(rows, document["settings"], document["versions"], document["not_measured"])

    def table(self) -> str:
        """A line for each figure, with one of ratios to ours and one to the yardstick below it."""
        names = [name for name in self.settings if any(name in row.rounds for row in self.rows)]
        lines = [f"{'':<46}" + "".join(f"{name:>13}" for name in names)]
        for row in self.rows:
            title = f"{row.name}{', ' + row.unit if row.unit else ''}"
            lines.append(f"{title:<46}" + cells(names, row.value, shown))
            for to in (OURS, row.yardstick) if row.yardstick else ():
                if row.value(to):
                    lines.append(f"{'  × ' + to:<46}" + cells(names, lambda name: row.ratio(name, to), times))
            if row.target:
                lines.append(f"  target of {OURS}: {row.target}: {row.verdict or 'not measured'}")
        lines.append("")
        for name in names:
            settings = self.settings[name]
            version = f" {self.versions[name]}" if self.versions.get(name) else ""
            lines += textwrap.wrap(f"{name}{version}: {settings}", 118, subsequent_indent="    ")
        lines += [f"not measured: {name}: {reason}" for name, reason in self.not_measured.items()]
        return "\n".join(lines)


def cells(names: list[str], value, text) -> str:
    return "".join(f"{'–' if (each := value(name)) is None else text(each):>13}" for name in names)


def times(ratio: float) -> str:
    return f"×{shown(ratio)}"


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
