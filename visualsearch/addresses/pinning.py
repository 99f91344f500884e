"""Connections to the one address that was checked; requests-hardened resolves a name once and connects there."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from visualsearch.addresses.rules import check_ip, check_target, is_own_host
from visualsearch.deadline import Deadline


class _Connection(HTTPConnection):
    def __init__(self, *args: Any, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline = deadline

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        self._deadline.watch(connection)
        return connection


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class PinningAdapter(IPFilterAdapter):  # type: ignore[misc]  # comes without types
    """Refuses a host of a private network, a port and a spelling before it connects, at every hop."""

    def __init__(self, deadline: Deadline, *, is_secure: bool) -> None:
        super().__init__(is_https_proto=is_secure)
        self._connection = _SecureConnection if is_secure else _Connection
        self._deadline = deadline

    def build_connection_pool_key_attributes(self, request: PreparedRequest, *args: Any) -> tuple[Any, Any]:
        """Return where to connect, as an IP address; raises ForbiddenAddress and what requests-hardened raises."""
        host, pool = HTTPAdapter.build_connection_pool_key_attributes(self, request, *args)
        name = host["host"] or ""
        port = (443 if host["scheme"] == "https" else 80) if host["port"] is None else host["port"]
        if is_own_host(name, port):
            return host, pool
        check_target(name, port)
        host, pool = super().build_connection_pool_key_attributes(request, *args)
        # Not what the name means now, which may be something else, but what will be connected to.
        check_ip(ip_address(host["host"].strip("[]")))
        return host, pool

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return a pool whose connections end at the deadline."""
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = self._connection
        pool.conn_kw["deadline"] = self._deadline
        return pool
