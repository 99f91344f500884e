"""The whole demo, with its real worker and server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from tests.drawing import draw

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(shop_environment, tmp_path):
    """Return the environment of a demo of three goods."""
    goods = tmp_path / "goods" / "Mugs"
    goods.mkdir(parents=True)
    for colour in ("red", "blue", "green"):
        (goods / f"{colour}-mug.png").write_bytes(draw(colour))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {**shop_environment, "DATA": str(goods.parent), "PORT": str(port), "VISUALSEARCH_INDEX": "exact"}


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", "run_demo"]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True
    )


def left_running(folder: Path) -> list[str]:
    """Return the processes whose environment names the demo's folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"VAR_DIR={folder}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def test_demo_without_serving_ends_when_every_picture_is_searchable(environment, tmp_path):
    demo = start({**environment, "SERVE": "0"})
    output, _ = demo.communicate(timeout=120)

    assert demo.returncode == 0, output
    assert "3 of 3 pictures can be searched" in output
    assert left_running(tmp_path / "var") == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_serves_until_a_signal_and_leaves_nothing_running(environment, tmp_path, number):
    demo = start(environment)
    assert demo.stdout
    for line in demo.stdout:
        if "Ctrl-C" in line:
            break
    address = f"http://127.0.0.1:{environment['PORT']}/"
    with urllib.request.urlopen(address, timeout=30) as page:
        assert b"Red mug" in page.read()

    demo.send_signal(number)
    output, _ = demo.communicate(timeout=60)

    assert demo.returncode == 0, output
    assert left_running(tmp_path / "var") == []


def test_worker_that_is_killed_is_started_again(environment, tmp_path):
    demo = start(environment)
    assert demo.stdout
    for line in demo.stdout:
        if "Ctrl-C" in line:
            break
    os.kill(worker_of(demo.pid), signal.SIGKILL)
    for line in demo.stdout:
        if "started again" in line:
            break
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=60)

    assert left_running(tmp_path / "var") == []


def worker_of(pid: int) -> int:
    """Return the child of the demo that runs Celery."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(int(child) for child in children if b"celery" in Path(f"/proc/{child}/cmdline").read_bytes())


def test_port_that_is_taken_is_told_before_anything_is_done(environment, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(environment["PORT"])))
        taken.listen()

        demo = start(environment)
        output, _ = demo.communicate(timeout=60)

    assert demo.returncode == 1
    assert f"Port {environment['PORT']} of 127.0.0.1 cannot be used" in output
    assert not (tmp_path / "var" / "db.sqlite3").exists()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [("PORT", "http", "PORT is 'http'"), ("DATA", "/nowhere", "DATA names /nowhere, which does not exist.")],
)
def test_wrong_environment_is_told(environment, name, value, reason):
    demo = start({**environment, name: value})
    output, _ = demo.communicate(timeout=60)

    assert demo.returncode == 1
    assert reason in output
