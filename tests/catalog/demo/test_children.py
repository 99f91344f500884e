"""Processes that end with everything that they started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from catalog.demo import children
from catalog.demo.children import Child
from tests.processes import wait_until

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
)
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]).wait()"


def start(tmp_path, program: str) -> Child:
    return Child(
        "child", [sys.executable, "-c", program], log=tmp_path / "logs" / "child.log", folder=tmp_path, environment={}
    )


def running() -> list[int]:
    """Return the group of every process that runs; one that ended and waits for its parent does not."""
    stats = [path.read_text() for path in Path("/proc").glob("[0-9]*/stat")]
    fields = [stat.rpartition(")")[2].split() for stat in stats]
    return [int(group) for state, _, group, *_ in fields if state not in "ZX"]


def wait_until_ready(child: Child) -> None:
    while "ready" not in child.last_lines():
        assert not child.has_ended


@pytest.mark.parametrize("program", [STUBBORN, PARENT])
def test_child_that_does_not_listen_is_ended_by_force_with_its_children(tmp_path, monkeypatch, program):
    monkeypatch.setattr(children, "PATIENCE_SECONDS", 0.2)
    child = start(tmp_path, program)
    wait_until_ready(child)

    child.stop()

    # A signal to a group is not waited for: its last process may still be on its way out.
    wait_until(lambda: child.pid not in running(), 20, "the whole group has ended")


def test_child_that_ended_by_itself_can_be_stopped(tmp_path):
    child = start(tmp_path, "print('bye')")
    while not child.has_ended:
        pass

    child.stop()

    assert child.last_lines() == "bye"
