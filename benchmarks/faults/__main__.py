"""Break one part of a busy shop after the other, and count what failed; a proof stands at the end of each.

    python -m benchmarks.faults [--seconds 30] [--only NAME...] [--json FILE]

Its servers are its own, on free ports and in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.faults.faults import FAULTS, Fault
from benchmarks.faults.servers import missing_programs
from benchmarks.faults.shop import GOODS, BusyShop, busy_shop
from benchmarks.faults.shoppers import Searches, Shoppers
from benchmarks.machine import describe

SHOPPERS = 16
SAVES_A_SECOND = 10.0
BEFORE_SECONDS = 5.0
WAITING_SECONDS = 60.0
"""Within which nothing must be outstanding after a fault."""

PACKAGES = ("celery", "django", "faiss-cpu", "gunicorn", "numpy", "psycopg", "redis")


def measure(fault: Fault, seconds: float, *, shoppers: int = SHOPPERS, saves: float = SAVES_A_SECOND) -> dict[str, Any]:
    """Break a shop in this way for so long, mend it, and return what was lost, which is to be nothing."""
    with busy_shop(fault.broker, saves_a_second=saves) as busy:
        visitors = Shoppers(busy.addresses, GOODS, shoppers)
        time.sleep(BEFORE_SECONDS)
        before = visitors.begin()
        began = time.monotonic()
        fault.begin(busy)
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
        during = visitors.begin()
        fault.end(busy)
        time.sleep(BEFORE_SECONDS)
        busy.kill("saver")
        recovered = _recover(busy)
        visitors.leave()
        row = {"seconds": seconds, "waiting_0_after_s": recovered, "before": _told(before), "during": _told(during)}
        row |= {"after": _told(visitors.now)} | _proof(busy)
        if not is_well(row):
            print(busy.shop.logs(), file=sys.stderr, flush=True)
        return row


def _recover(busy: BusyShop) -> float | None:
    """Return the seconds after which nothing is outstanding any more; None when it takes too long."""
    began = time.monotonic()
    while busy.waiting():
        if time.monotonic() - began > WAITING_SECONDS:
            return None
        time.sleep(0.2)
    return round(time.monotonic() - began, 1)


def _told(searches: Searches) -> dict[str, Any]:
    return {
        "answered": searches.answered,
        "failed": searches.failed,
        "wrong": searches.wrong,
        "reasons": dict(searches.reasons),
        "median_s": round(median(searches.seconds), 3) if searches.seconds else None,
        "worst_s": round(max(searches.seconds), 2) if searches.seconds else None,
    }


def _proof(busy: BusyShop) -> dict[str, Any]:
    saved, failed = busy.acknowledged()
    lost = sorted(set(saved) - busy.found())
    proof = busy.shop.manage("visualsearch_verify", status=None)
    return {
        "saves": len(saved),
        "saves_failed": failed,
        "saves_lost": len(lost),
        "lost": lost[:10],
        "verify_finds_nothing": proof["equal"],
        "proofs": [found for found in proof["sources"] if not found["equal"]],
    }


def is_well(row: dict[str, Any]) -> bool:
    """Tell whether nothing was lost and all came back by itself."""
    came_back = row["waiting_0_after_s"] is not None and not row["after"]["wrong"]
    return came_back and row["verify_finds_nothing"] and not row["saves_lost"]


def _measured(file: Path | None) -> dict[str, Any]:
    """Return what an earlier run has measured: a fault can be made again without the others."""
    return dict(json.loads(file.read_text())["faults"]) if file and file.exists() else {}


def main() -> None:
    """Run the faults and say what became of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--only", nargs="*", default=[fault.name for fault in FAULTS])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    # A run that is ended takes its servers with it.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    report: dict[str, Any] = {"machine": describe(*PACKAGES), "faults": _measured(options.json)}
    for fault in (fault for fault in FAULTS if fault.name in options.only):
        if reason := fault.missing() or ", ".join(set(missing_programs()) & {fault.broker, "postgresql"}):
            print(f"{fault.name}: left out, {reason}.", flush=True)
            continue
        row = report["faults"][fault.name] = measure(fault, options.seconds)
        print(f"{fault.name}: {'well' if is_well(row) else 'NOT WELL'} {json.dumps(row)}", flush=True)
        if options.json:
            options.json.parent.mkdir(parents=True, exist_ok=True)
            options.json.write_text(json.dumps(report, indent=1) + "\n")
    if not all(is_well(row) for row in report["faults"].values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
