from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from multiprocessing import get_context

import pytest
from pymilvus import MilvusException
from pymilvus.client.connection_manager import ConnectionManager

from tests.indexes.journal import SPACE, Journal, draw
from tests.indexes.milvus.lite import TOKEN
from tests.processes import ROOT, free_port
from visualsearch.exceptions import CollectionMissing, IndexUnavailable
from visualsearch.indexes import get_index
from visualsearch.indexes.milvus import connection as connection_module
from visualsearch.indexes.milvus.connection import Connection, connect
from visualsearch.indexes.milvus.index import MilvusIndex

SECRET = "hunter2-of-the-shop"


@pytest.fixture
def silent():
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_without_an_address_it_is_said_which_setting_lacks(settings):
    settings.VISUALSEARCH = {"INDEX": "milvus"}

    with pytest.raises(IndexUnavailable, match=r"VISUALSEARCH\['MILVUS_URI'\] is empty"):
        MilvusIndex(SPACE).search(draw(1)[0], 5)


@pytest.mark.parametrize("where", ["refused", "silent", "unknown"])
def test_engine_that_cannot_be_reached_is_told_in_time_without_a_secret(where, silent, caplog, capfd):
    uris = {
        "refused": f"http://root:{SECRET}@127.0.0.1:{free_port()}",
        "silent": silent.replace("//", f"//root:{SECRET}@"),
        "unknown": "http://nowhere.invalid:19530",
    }
    connection = Connection(uris[where], f"root:{SECRET}")

    with caplog.at_level(logging.DEBUG), pytest.raises(IndexUnavailable) as raised:
        connection.ask(lambda client, left: client.list_collections(timeout=left), 0.5)

    message = str(raised.value)
    assert message.startswith("Milvus at ")
    assert message.endswith("names it.")
    written = capfd.readouterr()
    for text in (message, caplog.text, written.out, written.err, repr(raised.value.__cause__)):
        assert SECRET not in text


def test_secret_that_the_engine_repeats_is_not_told():
    def refuse(client, left):
        raise MilvusException(1, f"auth check failure: root:{SECRET} or {SECRET}\nof root")

    connection = Connection("http://127.0.0.1:1", f"root:{SECRET}")
    connection._client = object()

    with pytest.raises(IndexUnavailable) as raised:
        connection.ask(refuse, 0.5)

    assert SECRET not in str(raised.value)
    assert "auth check failure" in str(raised.value)


def test_nothing_is_written_beside_what_is_raised(lite):
    program = (
        "from visualsearch.indexes.milvus.connection import Connection\n"
        f"connection = Connection({lite.uri!r}, {TOKEN!r})\n"
        "try: connection.ask(lambda client, left: client.create_alias('nothing', 'alias', timeout=left), 5.0)\n"
        "except Exception as error: print(error)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("Milvus at 127.0.0.1")
    assert done.stderr == ""


def test_call_that_is_not_answered_ends_when_its_time_is_over(lite):
    connection = Connection(lite.uri, TOKEN)
    connection.version(5.0)
    lite.pause()
    try:
        start = time.monotonic()
        with pytest.raises(IndexUnavailable, match=r"no answer within 0\.5 s"):
            connection.ask(lambda client, left: client.list_collections(timeout=left), 0.5)
        # Not a matter of speed: without an end it would be pymilvus's 75 tries.
        assert time.monotonic() - start < 10
    finally:
        lite.resume()

    assert connection.ask(lambda client, left: client.list_collections(timeout=left), 5.0) is not None


def test_engine_that_refuses_is_told_and_a_missing_collection_by_its_own_error(lite):
    connection = Connection(lite.uri, TOKEN)

    with pytest.raises(CollectionMissing, match="nothing-here"):
        connection.ask(lambda client, left: client.query("nothing-here", filter='id == "1"', timeout=left), 5.0)
    with pytest.raises(IndexUnavailable) as raised:
        connection.ask(lambda client, left: client.create_alias("a", "b", timeout=left), 5.0)
    assert "\n" not in str(raised.value)


def test_process_has_one_connection_to_an_address():
    assert connect("http://one:1", "t") is connect("http://one:1", "t")
    assert connect("http://one:1", "t") is not connect("http://one:1", "other")


def test_loading_it_reads_no_env_file_and_leaves_the_environment(tmp_path):
    (tmp_path / ".env").write_text("MILVUS_URI=http://elsewhere\nOF_THE_SHOP=1\n")
    program = (
        "import os; before = dict(os.environ); import visualsearch.indexes.milvus.connection; "
        "print({k: v for k, v in os.environ.items() if before.get(k) != v})"
    )
    environment = {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""}

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )

    assert "OF_THE_SHOP" not in done.stdout
    assert done.stdout.strip().endswith("{'GRPC_ENABLE_FORK_SUPPORT': '1'}")


def test_index_loads_nothing_of_milvus_until_it_is_named():
    program = "import django; django.setup(); import visualsearch.indexes, sys; print('pymilvus' in sys.modules)"
    environment = {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""}

    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_child_forked_from_a_process_that_searches_searches_and_publishes_by_a_connection_of_its_own(open_index):
    index, journal = open_index(SPACE), Journal()
    journal.add(range(1, 101), draw(100))
    index.catch_up(journal.read)
    journal.add([200], draw(1, seed=3))
    # Another thread is opening a connection just now.
    held = [connection_module._lock, index._engine.connection._lock, ConnectionManager.get_instance()._lock]
    keeper, stop = hold(held)

    answers = get_context("fork").SimpleQueue()
    child = get_context("fork").Process(target=_search_and_publish, args=(answers, index.space, journal))
    child.start()
    stop.set()
    keeper.join()
    child.join(timeout=30)
    if child.is_alive():
        child.kill()

    assert child.exitcode == 0
    assert answers.get() == ([5], 101)
    assert len(index.search(journal.alive[5], 200)) == 101


def hold(locks):
    """Hold locks in a thread until the event that is returned with it is set."""
    stop, held = threading.Event(), threading.Event()

    def keep():
        with ExitStack() as stack:
            for lock in locks:
                stack.enter_context(lock)
            held.set()
            stop.wait(30)

    thread = threading.Thread(target=keep)
    thread.start()
    held.wait(10)
    return thread, stop


def _search_and_publish(answers, space, journal):
    index = get_index("milvus", space)
    found = index.search(journal.alive[5], 1).ids.tolist()
    index.catch_up(journal.read)
    answers.put((found, len(index)))
