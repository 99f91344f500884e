"""Decoders live and end with whoever they work for: threads, forks, gunicorn, Celery, kill -9."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.browsing import Visitor
from tests.drawing import draw
from tests.processes import Shop, wait_until
from tests.stock import save_product

ROOT = Path(__file__).parents[3]
SETUP = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django; django.setup()
from tests.images.drawn import encoded, red_left_of_blue
from visualsearch.images import open_photo
from visualsearch.images.decoders import get_pool
PHOTO = encoded(red_left_of_blue())
"""
# Where the tests run in the background of a shell, their children ignore the signal of Ctrl-C.
PARENT = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    + SETUP
    + "open_photo(PHOTO); print(get_pool().pids()[0], flush=True); time.sleep(60)"
)
FORKED = (
    SETUP
    + """
import faulthandler; faulthandler.dump_traceback_later(200, exit=True)
open_photo(PHOTO)
ours = get_pool().pids()
for _ in range(3):
    child = os.fork()
    if not child:
        assert get_pool().pids() == []
        assert open_photo(PHOTO).size == (64, 32)
        assert get_pool().pids() != ours
        get_pool().end()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
assert open_photo(PHOTO).size == (64, 32)
assert get_pool().pids() == ours
print("whole")
"""
)
LAZY = SETUP + "print(get_pool().pids())"
PREFORK = (
    SETUP
    + """
import billiard
def work(number):
    size = open_photo(PHOTO).size
    return size, get_pool().pids()
open_photo(PHOTO)
with billiard.Pool(2) as pool:
    done = pool.map(work, range(8))
assert {size for size, _ in done} == {(64, 32)}
assert get_pool().pids()[0] not in {pid for _, pids in done for pid in pids}
print("whole")
"""
)


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def is_gone(pid: int) -> Callable[[], bool]:
    """Return what tells that a process has ended, also where nobody has taken note of it."""

    def look() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1][0] == "Z"
        except FileNotFoundError:
            return True

    return look


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_decoder_ends_with_its_parent(number: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with parent:
        assert parent.stdout
        decoder = int(parent.stdout.readline())
        assert not is_gone(decoder)()

        parent.send_signal(number)
        parent.wait(30)

    wait_until(is_gone(decoder), 10, "the decoder has ended")


def test_forked_process_gets_decoders_of_its_own_and_leaves_those_of_its_parent() -> None:
    done = run(FORKED)

    assert (done.stdout, done.stderr) == ("whole\n", "")


def test_nothing_is_started_by_asking_for_the_pool() -> None:
    assert run(LAZY).stdout == "[]\n"


def test_fork_while_a_thread_decodes_does_not_hang() -> None:
    code = (
        SETUP
        + """
import threading, warnings
warnings.simplefilter("ignore")
stop = threading.Event()
def work():
    while not stop.is_set():
        open_photo(PHOTO)
threads = [threading.Thread(target=work) for _ in range(4)]
[thread.start() for thread in threads]
for _ in range(10):
    child = os.fork()
    if not child:
        open_photo(PHOTO)
        get_pool().end()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
stop.set()
[thread.join() for thread in threads]
print("whole")
"""
    )
    assert run(code).stdout == "whole\n"


def test_celerys_prefork_processes_have_decoders_of_their_own() -> None:
    assert run(PREFORK).stdout == "whole\n"


@pytest.mark.slow
@pytest.mark.parametrize("options", [["--preload", "--workers", "2"], ["--workers", "2"]], ids=["preload", "plain"])
def test_gunicorn_answers_photos_from_decoders_that_end_with_it(tmp_path: Path, options: list[str]) -> None:
    with Shop(folder=tmp_path) as shop:
        save_product(shop, "A1", draw("red"))
        shop.command("visualsearch_sync")
        address = shop.start_server(*options)
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda _: _titles(address, draw("red")), range(24)))
        decoders = _decoders_of(shop.children[-1].pid)

    assert found == [["A1"]] * 24
    assert 1 <= len(decoders) <= 4
    for decoder in decoders:
        wait_until(is_gone(decoder), 10, "the decoder has ended")


def _titles(address: str, photo: bytes) -> list[str]:
    with Visitor(address) as visitor:
        return visitor.titles_on_page(photo)


def _decoders_of(server: int) -> list[int]:
    """Return the decoders of a server's workers."""
    return [decoder for worker in _children_of(server) for decoder in _children_of(worker)]


def _children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]
