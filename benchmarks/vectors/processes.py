"""Children with memory and threads of their own, and what they use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Child:
    """What a child answered, and its most memory beside mapped files."""

    answer: Any
    peak_mib: int


def in_a_process(function: Callable[..., Any], *arguments: Any) -> Child:
    """Call the function in a forked child, as FAISS and torch fork badly once they have run."""
    fork = get_context("fork")
    answers = fork.SimpleQueue()
    child = fork.Process(target=lambda: answers.put(function(*arguments)))
    child.start()
    peak = 0.0
    while answers.empty():
        if child.exitcode is not None:
            raise SystemExit(f"{function.__name__} ended with {child.exitcode}.")
        peak = max(peak, memory("RssAnon", "status", child.pid or "self"))
        child.join(0.05)
    answer = answers.get()
    child.join()
    return Child(answer, round(peak))


def memory(key: str, file: str = "smaps_rollup", process: int | str = "self") -> float:
    """Return memory in MiB: `Pss` counts a page of two processes by half, `RssAnon` leaves out mapped files."""
    try:
        lines = Path(f"/proc/{process}/{file}").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(key + ":")), 0.0)


def set_up(folder: Path) -> None:
    """Let the package keep its snapshots in the folder."""
    import django
    from django.conf import settings
    from django.test.utils import override_settings

    if not settings.configured:
        settings.configure(INSTALLED_APPS=["visualsearch"])
        django.setup()
    override_settings(VISUALSEARCH={"DIRECTORY": folder}).enable()
