"""The embedded broker, with real processes."""

from __future__ import annotations

import multiprocessing
import shutil
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

MESSAGES = 150


def _connect(folder: Path) -> Connection:
    options = {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "processed_folder": str(folder / "taken"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.002,
    }
    return Connection("catalog.broker:Transport", transport="catalog.broker:Transport", transport_options=options)


@pytest.fixture
def connection(tmp_path):
    with _connect(tmp_path) as connection:
        yield connection


def _produce(folder: Path, producer: int) -> None:
    with _connect(folder) as connection, connection.SimpleQueue("q") as queue:
        for number in range(MESSAGES):
            queue.put([producer, number])


def _consume(folder: Path, taken: Any) -> None:
    with _connect(folder) as connection, connection.SimpleQueue("q") as queue:
        while True:
            try:
                message = queue.get(timeout=3)
            except Empty:
                return
            taken.put(message.payload)
            message.ack()


@pytest.mark.slow
def test_no_message_is_lost_or_doubled_between_processes(tmp_path):
    context = multiprocessing.get_context("spawn")
    taken = context.Queue()
    consumers = [context.Process(target=_consume, args=(tmp_path, taken)) for _ in range(2)]
    producers = [context.Process(target=_produce, args=(tmp_path, number)) for number in range(2)]

    for process in (*consumers, *producers):
        process.start()
    got = [tuple(taken.get(timeout=60)) for _ in range(2 * MESSAGES)]
    for process in (*consumers, *producers):
        process.join(60)

    assert sorted(got) == [(producer, number) for producer in range(2) for number in range(MESSAGES)]
    assert taken.empty()


def test_messages_come_in_the_order_in_which_they_were_sent(connection):
    with connection.SimpleQueue("q") as queue:
        for number in range(5):
            queue.put(number)

        assert [queue.get(timeout=5).payload for _ in range(5)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("content", [b"", b'{"half', b"\xff\xfe", b"[]"])
def test_message_that_cannot_be_read_is_put_aside_and_the_next_one_comes(connection, tmp_path, content, caplog):
    with connection.SimpleQueue("q") as queue:
        queue.put("good")
        (tmp_path / "queue" / "00_x.q.msg").write_bytes(content)

        assert queue.get(timeout=5).payload == "good"
    assert [path.name for path in (tmp_path / "unreadable").iterdir()] == ["00_x.q.msg"]
    assert "cannot be read" in caplog.text


def test_folder_that_is_deleted_while_running_is_made_again(connection, tmp_path):
    with connection.SimpleQueue("q") as queue:
        queue.put("lost with the folder")
        shutil.rmtree(tmp_path / "queue")
        shutil.rmtree(tmp_path / "control")

        with pytest.raises(Empty):
            queue.get(block=False)
        queue.put("after")

        assert queue.get(timeout=5).payload == "after"


def test_unfinished_message_is_not_seen(connection, tmp_path):
    with connection.SimpleQueue("q") as queue:
        (tmp_path / "queue").mkdir()
        (tmp_path / "queue" / ".00_x.q.msg").write_text("{")

        assert queue.qsize() == 0


def test_cleared_queue_is_empty(connection):
    with connection.SimpleQueue("q") as queue:
        queue.put("one")
        queue.put("two")

        assert (queue.qsize(), queue.clear(), queue.qsize()) == (2, 2, 0)
