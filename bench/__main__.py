"""`make bench`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.documents import DOCUMENTS
from bench.fingerprints import measure_fingerprints, measure_large, measure_memory
from bench.goals import judge
from bench.machine import describe_machine
from bench.plan import Plan
from bench.process import RunError
from bench.report import write_json, write_markdown
from bench.scale import measure_scale
from bench.scenarios import SCENARIOS, measure_scenarios
from bench.series import Results
from bench.tools import FLOOR, TOOLS
from bench.warm import measure_warm

GROUPS = {
    "fingerprints": measure_fingerprints,
    "memory": measure_memory,
    "large": measure_large,
    "scale": measure_scale,
    "warm": measure_warm,
}
"""What is measured besides the scenarios; each takes a plan and a function that tells progress."""

PARTS = (*SCENARIOS, *GROUPS)
RESULTS = Path(__file__).parent / "results"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for and print it; return the exit status."""
    options = _parser().parse_args(arguments)
    names = {tool.name.lower() for tool in TOOLS}
    parts = _chosen("ONLY", options.only, PARTS)
    documents = _chosen("DOCS", options.docs, tuple(DOCUMENTS))
    chosen = _chosen("TOOLS", options.tools.lower(), tuple(names))
    tools = tuple(tool for tool in TOOLS if tool is FLOOR or tool.name.lower() in chosen)
    with TemporaryDirectory(prefix="litpost-bench-") as scratch:
        plan = Plan(
            scratch=Path(scratch),
            rounds=options.rounds,
            parts=parts,
            documents=documents,
            tools=tools,
            sizes=tuple(sorted(map(int, options.sizes.split(",")))),
            limit=options.limit,
        )
        try:
            results = _measure(plan)
        except RunError as error:
            print(f"bench: nothing to compare with: {error}", file=sys.stderr)
            return 1
    goals, machine = judge(results, documents), describe_machine(tools)
    text = write_markdown(results, goals, machine, options.rounds)
    print(text, end="")
    if options.save:
        RESULTS.mkdir(exist_ok=True)
        numbers = write_json(results, goals, machine, options.rounds)
        (RESULTS / "results.md").write_text(text, encoding="utf-8")
        (RESULTS / "results.json").write_text(
            json.dumps(numbers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return 0


def _measure(plan: Plan) -> Results:
    series = measure_scenarios(plan, _say)
    for name, measure in GROUPS.items():
        if name in plan.parts:
            series += measure(plan, _say)
    return Results(tuple(series))


def _say(message: str) -> None:
    print(f"bench: {message}", file=sys.stderr)


def _chosen(variable: str, text: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names in a list; all if it is empty."""
    names = tuple(filter(None, text.split(",")))
    if unknown := [name for name in names if name not in allowed]:
        print(
            f"bench: {variable} has `{unknown[0]}`; allowed are {', '.join(sorted(allowed))}",
            file=sys.stderr,
        )
        raise SystemExit(2)
    return names or allowed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Measure litpost beside its peers."
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", metavar=",".join(PARTS))
    parser.add_argument("--docs", default="", metavar=",".join(DOCUMENTS))
    parser.add_argument("--tools", default="", metavar=",".join(tool.name for tool in TOOLS))
    parser.add_argument("--sizes", default="1,10,100,1000")
    parser.add_argument("--limit", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--save", action="store_true")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
