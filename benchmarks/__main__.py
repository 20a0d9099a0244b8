"""``python -m benchmarks [--only GROUP] [--quick]``: the table, and var/bench.json."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

# Peers are measured on one core; these are read when they are imported.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NUMEXPR_MAX_THREADS", "1")

from benchmarks.registry import FULL, QUICK, Result, Scale, group, group_names

DEFAULT_OUTPUT = Path(__file__).resolve().parent.parent / "var" / "bench.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the groups, print the table, write the file. What falls short is said, not an error."""
    asked = _parse(arguments)
    scale = QUICK if asked.quick else FULL
    results = _run(asked.only or group_names(), scale)
    print("\n" + table(results), flush=True)
    _write(asked.output, results)
    print(f"written to {asked.output}", flush=True)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = group_names()
    parser.add_argument("--only", action="append", choices=names, help="run this group alone")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it runs")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="JSON file to write")
    return parser.parse_args(arguments)


def _run(names: Sequence[str], scale: Scale) -> list[Result]:
    results = []
    for name in names:
        print(f"{name}: {scale.sellers:,} sellers, {scale.orders:,} orders", flush=True)
        for result in group(name).measure(scale):
            print(f"  {result.id}: {_sentence(result)}", flush=True)
            results.append(result)
    return results


def _sentence(result: Result) -> str:
    verdict = "holds" if result.holds else "falls short"
    return f"{_ratio(result)} (target {_target(result)}, {verdict})"


def _ratio(result: Result) -> str:
    return f"{result.ratio:.3g}" + ("×" if result.peer is not None else f" {result.unit}")


def _target(result: Result) -> str:
    unit = "×" if result.peer is not None else f" {result.unit}"
    return f"{'≥' if result.at_least else '≤'} {result.target:g}{unit}"


def table(results: Sequence[Result]) -> str:
    """The results as a plain-text table."""
    head = ("id", "ours", "peer", "ratio", "target", "", "what")
    rows = [
        (
            result.id,
            f"{result.ours:.4g} {result.unit}",
            "–" if result.peer is None else f"{result.peer_name} {result.peer:.4g} {result.unit}",
            _ratio(result),
            _target(result),
            "holds" if result.holds else "SHORT",
            result.what,
        )
        for result in results
    ]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]
    return "\n".join(lines)


def _write(path: Path, results: Sequence[Result]) -> None:
    """Replace the results of the groups that ran, keep those of the others."""
    kept = []
    if path.exists():
        ran = {result.id for result in results}
        kept = [row for row in json.loads(path.read_text("utf-8")) if row["id"] not in ran]
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [*kept, *(result.as_row() for result in results)]
    path.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
