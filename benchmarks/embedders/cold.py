"""The first photo after a process has started, step by step."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

# Time begins with the interpreter, which knows nothing yet; what comes before is Python's own start.
_PROGRAM = """
import time
marks = [("start", time.perf_counter())]
def mark(name):
    marks.append((name, time.perf_counter()))
from django.conf import settings
settings.configure(VISUALSEARCH={"ENGINE": ENGINE})
from pathlib import Path
from visualsearch.embedders import load_embedder
from visualsearch.images import open_image
embedder = load_embedder(WEIGHTS)
side = embedder.longest_side
mark("django_and_package")
image = open_image(Path(PHOTO), longest_side=side)
mark("photo_decoded")
__import__(LIBRARY)
mark("engine_imported")
embedder.prepare()
mark("weights_loaded")
embedder.embed([image])
mark("first_pass")
import json
print(json.dumps({name: at - before for (_, before), (name, at) in zip(marks, marks[1:])}))
"""


def measure_cold(weights: Path, photo: Path, engine: str, rounds: int) -> dict[str, Any]:
    """Return the median seconds of each step of a new process, and of all of them."""
    names = {"ENGINE": engine, "PHOTO": str(photo), "LIBRARY": engine.partition("-")[0], "WEIGHTS": str(weights)}
    words = "\n".join(f"{name} = {value!r}" for name, value in names.items())
    runs = [_run(words + _PROGRAM) for _ in range(rounds + 1)][1:]
    steps = {name: round(median(run[name] for run in runs), 3) for name in runs[0]}
    return {**steps, "all_s": round(median(sum(run.values()) for run in runs), 2)}


def _run(program: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"The first photo failed:\n{done.stderr}")
    return dict(json.loads(done.stdout))
