"""Hostile addresses: none of them may make this machine ask anything of its own network."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

from visualsearch.addresses import fetch_photo
from visualsearch.addresses.rules import check_ip, is_own_host
from visualsearch.exceptions import CannotFetch, ForbiddenAddress

PUBLIC = "93.184.215.14"

# Loopback, private, link-local, carrier-grade NAT, multicast, broadcast, documentation, benchmarks, metadata of clouds.
PRIVATE_V4 = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "100.64.0.1",
    "100.100.100.200",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "192.0.0.192",
    "192.88.99.1",
    "168.63.129.16",
]
# The same inside IPv6: mapped, compatible, translated, 6to4, Teredo, NAT64; and ranges of IPv6's own.
PRIVATE_V6 = [
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:0:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "2001:0:7f00:1::",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "2001:20::1",
    "100::1",
    "5f00::1",
    "3fff::1",
    "4000::1",
]
ODD = [
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://127.0.0.1./",
    "http://134744072/",
    "http://0x8.8.8.8/",
    "http://010.8.8.8/",
    "http://256.1.1.1/",
    "http://127.0.0.1%2f@example.com/",
    "http://[::ffff:7f00:1]:80/",
    "http://[fe80::1%25lo]/",
    "http://1.2.3.4.5/",
    "http://0x/",
]
WRONG = [
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "gopher://example.com/",
    "ftp://example.com/",
    "dict://127.0.0.1:11211/stats",
    "ldap://127.0.0.1/",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "jar:http://example.com/!/",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun/",
    "about:blank",
    "",
    "example.com/photo.jpg",
    "//example.com/photo.jpg",
    "/etc/passwd",
    "http://",
    "http:///photo.jpg",
    "http://user@example.com/",
    "http://user:word@example.com/",
    "http://example.com@127.0.0.1/",
    "http://127.0.0.1:80@example.com/",
    "http://example.com\\@127.0.0.1/",
    "http://example.com/\r\nHost: localhost",
    "http://exam\nple.com/",
    "http://example.com\t/",
    " http://example.com/",
    "http://example.com/\0",
    "http://example.com:22/",
    "http://example.com:6379/",
    "http://example.com:8080/",
    "https://example.com:25/",
    "http://[::1",
    "http://[example.com]/",
    "http://example.com/" + "x" * 3000,
]
UNFETCHABLE = [
    "http://example.com:99999/",
    "http://example.com:port/",
    "http://" + "a" * 64 + ".com/",
    "http://.com/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
]


@pytest.fixture
def connections(monkeypatch: Any) -> list[Any]:
    """Every address that is connected to; none answers."""
    tried: list[Any] = []

    def connect(self: Any, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("urllib3.util.connection.socket.socket.connect", connect)
    return tried


@pytest.fixture
def names(monkeypatch: Any) -> dict[str, list[str]]:
    """What each name means, one meaning after the other; the last stays."""
    meanings: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if (name := host.decode() if isinstance(host, bytes) else host) in meanings:
            left = meanings[name]
            host = left.pop(0) if len(left) > 1 else left[0]
        elif not name.replace(".", "").replace(":", "").isalnum() or name[-1:].isalpha():
            raise socket.gaierror("no such name")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return meanings


@pytest.mark.parametrize("address", [*PRIVATE_V4, *PRIVATE_V6])
def test_private_address_is_forbidden_written_and_meant(
    address: str, connections: list[Any], names: dict[str, list[str]]
) -> None:
    names["shop.example"] = [address]
    written = f"http://[{address}]/" if ":" in address else f"http://{address}/"

    for url in (written, "http://shop.example/", "https://shop.example/"):
        # A name that means an IPv4 address mapped into IPv6 is connected to by IPv4, which may be public.
        if not (url != written and address == "::ffff:8.8.8.8"):
            with pytest.raises(ForbiddenAddress):
                fetch_photo(url)
            assert not connections


@pytest.mark.parametrize("url", [*ODD, *WRONG])
def test_odd_address_is_forbidden(url: str, connections: list[Any], names: dict[str, list[str]]) -> None:
    names["example.com"] = [PUBLIC]

    with pytest.raises(ForbiddenAddress):
        fetch_photo(url)

    assert not connections


@pytest.mark.parametrize("url", UNFETCHABLE)
def test_address_that_is_none_is_told(url: str, connections: list[Any], names: dict[str, list[str]]) -> None:
    with pytest.raises(CannotFetch):
        fetch_photo(url)

    assert not connections


@pytest.mark.parametrize("meanings", [[PUBLIC, "127.0.0.1"], [PUBLIC, "::1"], [PUBLIC, "10.0.0.1"]])
def test_name_that_changes_its_meaning_is_connected_to_where_it_was_checked(
    meanings: list[str], connections: list[Any], names: dict[str, list[str]]
) -> None:
    names["rebind.example"] = meanings

    with pytest.raises(CannotFetch):
        fetch_photo("http://rebind.example/photo.jpg")

    assert connections == [(PUBLIC, 80)]


def test_international_name_is_looked_up_in_its_plain_form(connections: list[Any], names: dict[str, list[str]]) -> None:
    names["xn--mbel-5qa.example"] = [PUBLIC]

    with pytest.raises(CannotFetch):
        fetch_photo("https://möbel.example/")

    assert connections == [(PUBLIC, 443)]


@pytest.mark.parametrize("address", ["8.8.8.8", PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_address_is_allowed(address: str) -> None:
    check_ip(ipaddress.ip_address(address))


def test_setting_allows_a_host_at_a_port(settings: Any) -> None:
    settings.VISUALSEARCH = {"FETCH_HOSTS": ["cdn.internal", "localhost:9000", "[::1]:81"]}

    assert is_own_host("cdn.internal", 443)
    assert is_own_host("localhost", 9000)
    assert is_own_host("::1", 81)
    assert not is_own_host("cdn.internal", 9000)
    assert not is_own_host("localhost", 80)
    assert not is_own_host("cdn.internal.evil.example", 80)


def test_setting_allows_ports(settings: Any, connections: list[Any], names: dict[str, list[str]]) -> None:
    names["example.com"] = [PUBLIC]
    settings.VISUALSEARCH = {"FETCH_PORTS": [8080]}

    with pytest.raises(ForbiddenAddress, match="Expected one of the ports 8080, got 80"):
        fetch_photo("http://example.com/")
    with pytest.raises(CannotFetch):
        fetch_photo("http://example.com:8080/")
    assert connections == [(PUBLIC, 8080)]
