from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.drawing import draw
from tests.goods import add_product
from visualsearch import tasks
from visualsearch.conf import get_settings
from visualsearch.long_tasks import LOCK, long_task
from visualsearch.models import Embedding, ProofRecord


def test_second_long_task_has_no_place_until_the_first_has_ended() -> None:
    with long_task() as first, long_task() as second:
        assert (first, second) == (True, False)

    with long_task() as third:
        assert third is True


def test_place_of_a_process_that_died_is_free() -> None:
    file = get_settings().directory / LOCK
    with long_task():
        pass
    program = f"import fcntl, os; fcntl.flock(open({str(file)!r}, 'w'), fcntl.LOCK_EX); os.abort()"
    subprocess.run([sys.executable, "-c", program])

    with long_task() as is_ours:
        assert is_ours


def test_long_task_that_fails_makes_way() -> None:
    with pytest.raises(ZeroDivisionError), long_task():
        1 / 0  # noqa: B018

    with long_task() as is_ours:
        assert is_ours


def test_without_a_folder_nobody_is_kept_out(settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "DIRECTORY": tmp_path / "file" / "below"}

    with long_task() as first, long_task() as second:
        assert (first, second) == (True, True)
    assert "Long tasks may run side by side" in caplog.text


class Sent:
    """Stands where the task that a worker runs would."""

    request = SimpleNamespace(hostname="worker@here", called_directly=False)

    def __init__(self) -> None:
        self.later: list[int] = []

    def apply_async(self, arguments: Any, *, countdown: int, **options: Any) -> None:
        self.later.append(countdown)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    sent = Sent()
    monkeypatch.setattr(tasks, "current_task", sent)
    return sent


@pytest.mark.django_db
@pytest.mark.parametrize("task", [tasks.find_forgotten, tasks.calibrate, tasks.rebuild, tasks.verify, tasks.examine])
def test_long_task_leaves_the_worker_to_others_while_another_is_under_way(task: Any, sent: Sent) -> None:
    add_product(draw())
    Embedding.objects.all().delete()

    with long_task():
        task()

    assert sent.later == [tasks.PUT_OFF_SECONDS]
    assert not ProofRecord.objects.exists()

    task()

    assert sent.later == [tasks.PUT_OFF_SECONDS]


def test_look_for_needed_snapshots_is_left_out_while_a_long_task_is_under_way(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    monkeypatch.setattr(tasks, "go_on_exchanging", lambda: None)
    monkeypatch.setattr(tasks, "compact_where_needed", lambda: looked.append(True))

    with long_task():
        tasks.compact()
    assert (looked, sent.later) == ([], [])

    tasks.compact()
    assert looked == [True]


@pytest.mark.django_db
def test_whoever_calls_a_long_task_like_a_function_has_it_done() -> None:
    add_product(draw())

    with long_task():
        tasks.verify()

    assert ProofRecord.objects.exists()
