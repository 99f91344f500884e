"""PostgreSQL, Redis and RabbitMQ where the environment names them, each with a part that nothing else uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
import redis
from kombu import Connection

NAMES = ("TEST_DATABASE_URL", "TEST_BROKER_URL")
PAIRS = ("sqlite and the embedded broker", "postgresql and redis")
BROKERS = ("embedded", "redis", "rabbitmq")
CLAIM = "visualsearch-tests"


def missing_servers() -> str:
    """Say which servers the environment does not name; empty when a flow can run on both."""
    missing = [name for name in NAMES if not os.environ.get(name)]
    return f"{' and '.join(missing)} not set: name a PostgreSQL and a Redis server." if missing else ""


@contextmanager
def servers_of(pair: str) -> Iterator[dict[str, str]]:
    """Yield what a shop's environment says of one of the pairs; skips the test where there are no such servers."""
    if pair == PAIRS[0]:
        yield {}
    elif missing := missing_servers():
        pytest.skip(missing)
    else:
        with own_servers() as servers:
            yield servers


@contextmanager
def broker_of(kind: str) -> Iterator[dict[str, str]]:
    """Yield what a shop's environment says of one of the brokers; skips the test where there is no such server."""
    name = {"redis": "TEST_BROKER_URL", "rabbitmq": "TEST_RABBITMQ_URL"}.get(kind)
    if name is None:
        yield {}
    elif not os.environ.get(name):
        pytest.skip(f"{name} not set: name a server.")
    elif kind == "redis":
        with _own_broker(os.environ[name]) as url:
            yield {"BROKER_URL": url}
    else:
        with _own_queues(os.environ[name]) as queues:
            yield {"BROKER_URL": os.environ[name], **queues}


@contextmanager
def _own_queues(server: str) -> Iterator[dict[str, str]]:
    queues = {name: f"{CLAIM}-{uuid4().hex}" for name in ("VISUALSEARCH_QUEUE", "SHOP_QUEUE")}
    try:
        yield queues
    finally:
        with Connection(server) as connection:
            channel = connection.channel()
            for queue in queues.values():
                channel.queue_delete(queue)
                channel.exchange_delete(queue)


@contextmanager
def own_servers() -> Iterator[dict[str, str]]:
    """Yield the environment of a shop with a database and a broker that end with it."""
    with (
        _own_database(os.environ["TEST_DATABASE_URL"]) as database,
        _own_broker(os.environ["TEST_BROKER_URL"]) as broker,
    ):
        yield {"DATABASE_URL": database, "BROKER_URL": broker}


@contextmanager
def _own_database(server: str) -> Iterator[str]:
    name = f"visualsearch_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield _with_path(server, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _own_broker(server: str) -> Iterator[str]:
    number = next((number for number in range(15, 0, -1) if _claimed(server, number)), None)
    assert number, f"Every database of {server} is in use."
    try:
        yield _with_path(server, str(number))
    finally:
        with redis.Redis.from_url(_with_path(server, str(number))) as client:
            client.flushdb()


def _claimed(server: str, number: int) -> bool:
    """Take a database for ourselves, but only one that is empty."""
    with redis.Redis.from_url(_with_path(server, str(number))) as client:
        if client.dbsize() or not client.set(CLAIM, uuid4().hex, nx=True, ex=3600):
            return False
        if client.dbsize() == 1:
            return True
        client.delete(CLAIM)
        return False


def _with_path(url: str, path: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{path}", parts.query, ""))
