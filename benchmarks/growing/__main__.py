"""Print the tables of docs/growing.md from what was measured: `python -m benchmarks.growing --help`."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from benchmarks.growing.tables import tables
from benchmarks.growing.vendor import Prices

PAGE = Path(__file__).parents[2] / "docs" / "growing.md"


def main() -> None:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    defaults = Prices()
    parser.add_argument("--memory", type=float, default=defaults.memory, help="dollars a GiB of memory and month")
    parser.add_argument("--disk", type=float, default=defaults.disk, help="dollars a GiB of NVMe and month")
    parser.add_argument("--store", type=float, default=defaults.store, help="dollars a GiB of object store and month")
    parser.add_argument("--write", action="store_true", help=f"write them into {PAGE.name}")
    arguments = parser.parse_args()
    found = tables(Prices(arguments.memory, arguments.disk, arguments.store))
    if arguments.write:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
        return
    for name, table in found.items():
        print(f"{name}\n\n{table}\n")


def filled(page: str, found: dict[str, str]) -> str:
    """Return the page with these tables in the places that bear their names."""
    for name, table in found.items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        page = place.sub(lambda match, table=table: f"{match[1]}\n{table}\n{match[2]}", page)
    return page


if __name__ == "__main__":
    main()
