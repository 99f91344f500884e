"""Fuzz one door of the plug-in with atheris; a finding ends the run and is written beside the corpus.

    python -m tools.fuzz intake --seconds 1800     # files: from bytes to an image
    python -m tools.fuzz requests --seconds 1800   # boxes, tokens, filters, addresses, fields of page and API

Needs `pip install django-visualsearch[fuzz]`. The corpus is kept in var/fuzz and grown by the next run.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import atheris

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

CORPUS = Path("var/fuzz")
SECONDS_FOR_ONE = 30
MEGABYTES_MOST = 2048


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("door", choices=("intake", "requests"))
    parser.add_argument("--seconds", type=int, default=1800)
    parser.add_argument("--bytes-most", type=int, default=8192)
    return parser.parse_args()


def main() -> None:
    asked = _read_arguments()
    import django

    with atheris.instrument_imports(include=["visualsearch", "PIL", "catalog"]):
        django.setup()
        if asked.door == "intake":
            from tools.fuzz.intake import seeds, try_one
        else:
            from tools.fuzz.requests import seeds, try_one  # type: ignore[assignment]
    folder = CORPUS / asked.door
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (folder / f"seed-{number}").write_bytes(seed)
    options = {
        "max_total_time": asked.seconds,
        "max_len": asked.bytes_most,
        "timeout": SECONDS_FOR_ONE,
        "rss_limit_mb": MEGABYTES_MOST,
        "print_final_stats": 1,
        "artifact_prefix": f"{CORPUS}/{asked.door}-",
    }
    atheris.Setup([sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(folder)], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
