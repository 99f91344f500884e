from __future__ import annotations

import threading
from typing import Any

import pytest
from celery import current_app

from visualsearch import broker
from visualsearch.broker import ask_broker


def test_broker_that_is_there_is_reachable() -> None:
    assert ask_broker() == broker.BrokerStatus(True)


def test_broker_that_refuses_is_told_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Any:
        raise ConnectionRefusedError("Connection refused")

    monkeypatch.setattr(current_app, "connection_for_write", refuse)

    assert ask_broker() == broker.BrokerStatus(False, "The broker cannot be reached: Connection refused")


def test_nobody_waits_long_for_a_broker_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    monkeypatch.setattr(broker, "SECONDS", 0.05)
    monkeypatch.setattr(current_app, "connection_for_write", lambda: free.wait(10))

    answer = ask_broker()
    free.set()

    assert not answer.reachable
    assert "has not answered for 0.05 s" in answer.error
