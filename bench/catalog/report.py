"""Collects figures as tables: printed while they come, written as Markdown or JSON at the end."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path


def show(value) -> str:
    if value is None:
        return "-"
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


@dataclass
class Table:
    title: str
    columns: list[str]
    rows: list[list] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Report:
    def __init__(self):
        self.tables: list[Table] = []
        self.bars: list[list] = []

    def table(self, title: str, *columns: str) -> None:
        self.tables.append(Table(title, list(columns)))
        print(f"\n{title}\n  " + " | ".join(columns), flush=True)

    def row(self, *values) -> None:
        self.tables[-1].rows.append(list(values))
        print("  " + " | ".join(show(value) for value in values), flush=True)

    def note(self, text: str) -> None:
        if self.tables:
            self.tables[-1].notes.append(text)
        print(f"  {text}", flush=True)

    def bar(
        self, what: str, figure: float, must: float | None, aim: float, more_is_better: bool
    ) -> None:
        """A figure beside its bars; some have an aim alone."""

        def reached(limit: float | None) -> bool:
            if limit is None:
                return True
            return figure >= limit if more_is_better else figure <= limit

        verdict = "aim" if reached(aim) else "must" if reached(must) else "SHORT"
        sign = ">=" if more_is_better else "<="
        self.bars.append(
            [what, figure, "" if must is None else f"{sign} {show(must)}", f"{sign} {show(aim)}", verdict]
        )

    def print_bars(self) -> None:
        print("\nAgainst the bars")
        for row in self.bars:
            print("  " + " | ".join(show(value) for value in row))

    def markdown(self) -> str:
        lines = ["## Against the bars", ""]
        lines += _markdown_table(
            ["what", "figure", "must", "aim", "reached"], self.bars
        )
        for table in self.tables:
            lines += ["", f"## {table.title}", ""]
            lines += _markdown_table(table.columns, table.rows)
            lines += [f"\n{note}" for note in table.notes]
        return "\n".join(lines) + "\n"

    def save(self, file: Path) -> None:
        """As JSON where the name says so, else as Markdown."""
        if file.suffix == ".json":
            tables = [vars(table) for table in self.tables]
            file.write_text(
                json.dumps({"bars": self.bars, "tables": tables}, indent=1) + "\n"
            )
        else:
            file.write_text(self.markdown())


def _markdown_table(columns: list[str], rows: list[list]) -> list[str]:
    lines = [columns, ["---"] * len(columns), *([show(v) for v in row] for row in rows)]
    return ["| " + " | ".join(cells) + " |" for cells in lines]
