from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from visualsearch.behaviour.callers import caller_of, has_turn


@pytest.fixture(autouse=True)
def _own_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def ask(address: str, told: str = "") -> str:
    return caller_of(RequestFactory().get("/", REMOTE_ADDR=address, **({"HTTP_X_FORWARDED_FOR": told} if told else {})))


def test_caller_has_one_turn_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])

    assert has_turn("a")
    assert not has_turn("a")
    assert has_turn("b")
    now[0] += 3_599
    assert not has_turn("a")
    now[0] += 2
    assert has_turn("a")


def test_cache_is_not_told_who_the_caller_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(type(cache._connections[cache._alias]), "add", lambda self, *args, **more: told.append(args))

    has_turn("203.0.113.7")

    (args,) = told
    assert "203.0.113.7" not in str(args)


def test_what_a_request_tells_of_itself_is_believed_for_as_many_proxies_as_there_are(settings: Any) -> None:
    settings.REST_FRAMEWORK = {}
    assert ask("10.0.0.1", "198.51.100.1, 203.0.113.7") == "10.0.0.1"

    settings.REST_FRAMEWORK = {"NUM_PROXIES": 1}
    assert ask("10.0.0.1", "198.51.100.1, 203.0.113.7") == "203.0.113.7"
    assert ask("10.0.0.1") == "10.0.0.1"

    settings.REST_FRAMEWORK = {"NUM_PROXIES": 2}
    assert ask("10.0.0.1", "192.0.2.9, 198.51.100.1, 203.0.113.7") == "198.51.100.1"


def test_all_addresses_of_one_site_are_one_caller() -> None:
    assert ask("2001:db8:1:2::1") == ask("2001:db8:1:2:ffff::9") != ask("2001:db8:1:3::1")


@pytest.mark.parametrize("address", ["", "unix:"])
def test_socket_without_an_address_is_one_caller(address: str) -> None:
    assert ask(address) == address
