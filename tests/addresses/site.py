"""A small site with every trap, served by bare sockets so that it can lie in every way."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import unquote

PHOTO = b"a photo, as far as a fetcher can tell"


class Site:
    """Answers each path with the bytes of a trap, and remembers what it was asked."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.asked: list[str] = []
        self.files: dict[str, bytes] = {}
        """What lies at a path, beside the traps."""
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(20)
            asked = connection.recv(65_536).decode("latin-1")
            self.asked.append(asked)
            path = asked.split(" ")[1]
            leads_on = redirect(unquote(path[4:])) if path.startswith("/to/") else status("404 Not Found")
            own = once(whole(self.files[path])) if path in self.files else leads_on
            for piece in TRAPS.get(path, own)():
                connection.sendall(piece)


def whole(body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def status(line: str, *headers: str) -> Callable[[], Iterator[bytes]]:
    return lambda: iter(["\r\n".join([f"HTTP/1.1 {line}", *headers, "Content-Length: 0", "", ""]).encode("latin-1")])


def redirect(target: str) -> Callable[[], Iterator[bytes]]:
    return status("302 Found", f"Location: {target}", "Set-Cookie: seen=1")


def once(data: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: iter([data])


def forever(head: bytes, piece: bytes, pause: float = 0.0) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        yield head
        while True:
            yield piece
            time.sleep(pause)

    return pieces


def silence() -> Iterator[bytes]:
    time.sleep(15)
    yield b""


OK = b"HTTP/1.1 200 OK\r\n"
TRAPS: dict[str, Callable[[], Iterator[bytes]]] = {
    "/photo": once(whole(PHOTO)),
    "/photo-in-chunks": once(OK + b"Transfer-Encoding: chunked\r\n\r\n25\r\n" + PHOTO + b"\r\n0\r\n\r\n"),
    "/photo-until-the-end": once(OK + b"\r\n" + PHOTO),
    "/photo-with-more-than-it-says": once(whole(PHOTO + b"and more", length=len(PHOTO))),
    "/endless": forever(OK + b"\r\n", b"x" * 65_536),
    "/endless-chunks": forever(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "/says-it-is-large": once(whole(b"x" * 300_000)),
    "/slow-body": forever(OK + b"\r\n", b"x", 0.05),
    "/slow-head": forever(OK, b"X-Slow: 1\r\n", 0.05),
    "/slow-line": forever(OK + b"X-Slow: ", b"1", 0.05),
    "/slow-start": forever(b"HTTP/1.1 2", b"0", 0.05),
    "/silence": silence,
    "/continue": forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
    "/less-than-it-says": once(whole(PHOTO, length=1000)),
    "/torn-chunk": once(OK + b"Transfer-Encoding: chunked\r\n\r\nffff\r\nabc"),
    "/wrong-chunk": once(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
    "/wrong-length": once(OK + b"Content-Length: many\r\n\r\nabc"),
    "/no-http": once(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "/nothing": once(b""),
    "/long-head": once(OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n"),
    "/many-heads": once(OK + b"X: 1\r\n" * 1000 + b"\r\n"),
    "/gzip": once(whole(gzip.compress(b"\0" * 10_000_000), "Content-Encoding: gzip")),
    "/brotli": once(whole(b"\x0b\x02\x80", "Content-Encoding: br")),
    "/redirect-without-end": forever(b"HTTP/1.1 302 Found\r\nLocation: /photo\r\n\r\n", b"x" * 65_536),
    "/redirect-bomb": once(
        b"HTTP/1.1 302 Found\r\nLocation: /photo\r\nContent-Encoding: gzip\r\nContent-Length: 9000\r\n\r\n"
        + gzip.compress(b"\0" * 9_000_000)
    ),
    "/loop": status("302 Found", "Location: /loop"),
    "/ping": status("307 Temporary Redirect", "Location: /pong"),
    "/pong": status("308 Permanent Redirect", "Location: /ping"),
    "/nowhere": status("302 Found"),
    "/error": status("500 Internal Server Error"),
    "/no-content": status("204 No Content"),
    "/part": status("206 Partial Content"),
}


@contextmanager
def open_site() -> Iterator[Site]:
    site = Site()
    try:
        yield site
    finally:
        site.close()
