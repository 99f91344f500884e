"""From an address to bytes: what may be reached, and how much of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from catalog.feeds.fetch import FetchError, FetchRules, fetch


class Pages(BaseHTTPRequestHandler):
    """A small site with every trap."""

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65_536)
            except OSError:
                return
        else:
            self.send_response(200 if self.path == "/good" else 404)
            self.end_headers()
            self.wfile.write(b"good")

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def rules(site: str) -> FetchRules:
    port = int(site.rpartition(":")[2])
    return FetchRules(allow_loopback=True, ports=frozenset({80, port}), bytes_most=200_000, seconds_most=20)


def test_address_is_fetched(site, rules):
    assert fetch(f"{site}/good", rules) == b"good"


def test_redirect_is_followed(site, rules):
    assert fetch(f"{site}/to//good", rules) == b"good"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/none", "the server answers 404"),
        ("/endless", "more than 200000 bytes"),
        ("/to/file:///etc/passwd", "the scheme 'file'"),
        ("/to/http://10.0.0.1/", "cannot be fetched"),
        ("/to/http://169.254.169.254/", "cannot be fetched"),
        ("/to//to//to//to//to//good", "redirected more than 3 times"),
    ],
)
def test_trap_is_told(site, rules, path, reason):
    with pytest.raises(FetchError, match=reason):
        fetch(f"{site}{path}", rules)


def test_slow_answer_is_given_up(site, rules):
    with pytest.raises(FetchError, match="longer than"):
        fetch(f"{site}/endless", replace(rules, bytes_most=10**12, seconds_most=0.2))


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/", "http://192.168.0.1/", "http://"],
)
def test_own_network_is_never_reached(url):
    with pytest.raises(FetchError):
        fetch(url, FetchRules())


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com:22/", "port 22"),
        ("ftp://example.com/", "scheme 'ftp'"),
        ("http://a:b@example.com/", "user name"),
        ("http://example.com:x/", "address is wrong"),
    ],
)
def test_odd_address_is_told(url, reason):
    with pytest.raises(FetchError, match=reason):
        fetch(url, FetchRules())


def test_proxy_of_the_environment_is_not_used(site, rules, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert fetch(f"{site}/good", rules) == b"good"
