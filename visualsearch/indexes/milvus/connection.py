"""The one door to Milvus: a client for each process, calls that end in time, errors in our words."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import TypeVar
from urllib.parse import urlsplit

from visualsearch.exceptions import CollectionMissing, IndexUnavailable


@contextmanager
def _importing() -> Iterator[None]:
    """Keep the import to itself.

    gRPC reads its variable when it is loaded: without it, a child forked from a process that has searched hangs. And
    pymilvus would read a `.env` of the shop into the environment.
    """
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "1")
    before = os.environ.get("PYTHON_DOTENV_DISABLED")
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTHON_DOTENV_DISABLED"]
        if before is not None:
            os.environ["PYTHON_DOTENV_DISABLED"] = before


with _importing():
    import grpc
    from pymilvus import DataType, MilvusClient, MilvusException
    from pymilvus.client.connection_manager import ConnectionManager

__all__ = ["Call", "Connection", "DataType", "MilvusClient", "T", "connect"]

# What goes wrong is raised, in one sentence; pymilvus would write each of its tries to stderr, with a traceback.
for _name in ("pymilvus", "pymilvus.milvus_client"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

T = TypeVar("T")
Call = Callable[[MilvusClient, float], T]
"""Is given the client and the seconds that are left, to pass on as `timeout`."""

# https://github.com/milvus-io/milvus/blob/master/pkg/util/merr/errors.go
_MISSING = {100, 1600}
_NOT_LOADED = 101


class Connection:
    """A client that is opened when it is first needed, and that finds the engine again by itself."""

    def __init__(self, uri: str, token: str) -> None:
        self._uri = uri
        self._token = token
        self._lock = Lock()
        self._client: MilvusClient | None = None
        self._version = ""

    def version(self, seconds: float) -> str:
        """Return what the engine calls itself; asked once."""
        if not self._version:
            self._version = self.ask(lambda client, left: str(client.get_server_version(timeout=left)), seconds)
        return self._version

    def ask(self, call: Call[T], seconds: float, name: str = "") -> T:
        """Return what the call returns; a collection `name` that lies on the disk alone is loaded for it.

        Raises CollectionMissing, and IndexUnavailable when the engine cannot be reached, refuses, or takes longer.
        """
        end = monotonic() + seconds
        try:
            try:
                return call(self._open(seconds), _left(end))
            except MilvusException as error:
                if error.code != _NOT_LOADED or not name:
                    raise
                self._open(seconds).load_collection(name, timeout=_left(end))
                return call(self._open(seconds), _left(end))
        except MilvusException as error:
            kind = CollectionMissing if error.code in _MISSING else IndexUnavailable
            raise kind(self._sentence(str(error.message), seconds)) from None
        except grpc.RpcError as error:
            raise IndexUnavailable(self._sentence(_details(error), seconds)) from None

    def _open(self, seconds: float) -> MilvusClient:
        with self._lock:
            if self._client is None:
                # One of its own: a forked child must not be given its parent's.
                self._client = MilvusClient(self._uri, token=self._token, timeout=seconds, dedicated=True)
            return self._client

    def _sentence(self, reason: str, seconds: float) -> str:
        """Say what happened without the token, or a user and password of the address."""
        place = urlsplit(self._uri)
        host = f"{place.hostname}:{place.port}" if place.port else place.hostname or self._uri
        for secret in filter(None, (self._token, *self._token.split(":"), place.password, place.username)):
            reason = reason.replace(secret, "...")
        what = " ".join(reason.split())[:300].rstrip(".")
        if "Deadline Exceeded" in what or "Retry timeout" in what:
            what = f"no answer within {seconds:g} s"
        return f"Milvus at {host}: {what}. See that it runs, and that VISUALSEARCH['MILVUS_URI'] names it."


def _left(end: float) -> float:
    return max(0.05, end - monotonic())


def _details(error: grpc.RpcError) -> str:
    return str(error.details()) if isinstance(error, grpc.Call) else str(error)


_connections: dict[tuple[str, str], Connection] = {}
_lock = Lock()


def connect(uri: str, token: str) -> Connection:
    """Return this process's one connection to the engine at the address; it is opened by the first call."""
    if not uri:
        raise IndexUnavailable("VISUALSEARCH['MILVUS_URI'] is empty: write the address of Milvus into it.")
    with _lock:
        return _connections.setdefault((uri, token), Connection(uri, token))


def _forget() -> None:
    """A forked child opens connections of its own; another thread of its parent may have held any of the locks."""
    global _lock
    _lock = Lock()
    _connections.clear()
    ConnectionManager._instance, ConnectionManager._instance_lock = None, Lock()


os.register_at_fork(after_in_child=_forget)
