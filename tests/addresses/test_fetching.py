"""From an address to bytes: what a server may do, and what it may not."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.addresses.site import PHOTO, Site
from visualsearch.addresses import can_fetch, fetch_photo
from visualsearch.exceptions import CannotFetch, ForbiddenAddress, ImageTooLarge


@pytest.mark.parametrize(
    "path",
    [
        "/photo",
        "/photo-in-chunks",
        "/photo-until-the-end",
        "/photo-with-more-than-it-says",
        "/to//photo",
        "/photo#part",
    ],
)
def test_photo_is_fetched(site: Site, path: str) -> None:
    assert fetch_photo(site.url + path) == PHOTO


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/none", "answers 404"),
        ("/error", "answers 500"),
        ("/no-content", "answers 204"),
        ("/part", "answers 206"),
        ("/nowhere", "answers 302"),
        ("/loop", "at most 3 redirects"),
        ("/ping", "at most 3 redirects"),
        ("/to//to//to//to//photo", "at most 3 redirects"),
        ("/less-than-it-says", "cannot be fetched"),
        ("/torn-chunk", "cannot be fetched"),
        ("/wrong-chunk", "cannot be fetched"),
        ("/no-http", "cannot be fetched"),
        ("/nothing", "cannot be fetched"),
        ("/long-head", "cannot be fetched"),
        ("/many-heads", "cannot be fetched"),
        ("/gzip", "packs it"),
        ("/brotli", "packs it"),
    ],
)
def test_server_that_lies_is_told(site: Site, path: str, reason: str) -> None:
    with pytest.raises(CannotFetch, match=reason):
        fetch_photo(site.url + path)


@pytest.mark.parametrize(
    "path", ["/slow-body", "/slow-head", "/slow-line", "/slow-start", "/silence", "/continue", "/to//slow-body"]
)
def test_server_that_drips_or_says_nothing_is_given_up(site: Site, settings: Any, path: str) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "FETCH_SECONDS": 0.5}

    with pytest.raises(CannotFetch, match="within 0.5 seconds"):
        fetch_photo(site.url + path)


@pytest.mark.parametrize("path", ["/endless", "/endless-chunks", "/says-it-is-large"])
def test_too_many_bytes_are_not_read(site: Site, path: str) -> None:
    with pytest.raises(ImageTooLarge, match="at most 200,000 bytes"):
        fetch_photo(site.url + path)


@pytest.mark.parametrize("path", ["/redirect-without-end", "/redirect-bomb"])
def test_what_a_redirect_carries_is_not_read(site: Site, path: str) -> None:
    assert fetch_photo(site.url + path) == PHOTO


def test_length_that_is_no_number_is_not_believed(site: Site) -> None:
    assert fetch_photo(site.url + "/wrong-length") == b"abc"


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_INFO",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "//192.168.0.1/",
        "http://[::1]/",
        "http://user:word@127.0.0.1/",
        "http://127.0.0.1:22/",
        "http://[",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
    ],
)
def test_every_hop_is_checked(site: Site, target: str) -> None:
    with pytest.raises(ForbiddenAddress):
        fetch_photo(f"{site.url}/to/{target}")


def test_nothing_of_ours_goes_along(site: Site, monkeypatch: Any, tmp_path: Any) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert fetch_photo(f"{site.url}/to//photo") == PHOTO

    sent = "".join(site.asked).lower()
    assert not any(word in sent for word in ("cookie", "authorization", "referer", "secret"))


def test_no_thread_stays(site: Site, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "FETCH_SECONDS": 0.5}
    before = threading.active_count()

    with pytest.raises(CannotFetch):
        fetch_photo(site.url + "/slow-head")

    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert threading.active_count() <= before + 2  # of the site itself


def test_setting_turns_it_off(site: Site, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "FETCH": False}

    assert not can_fetch()
    with pytest.raises(CannotFetch, match="leave VISUALSEARCH\\['FETCH'\\] on"):
        fetch_photo(site.url + "/photo")


def test_failure_tells_nothing_of_the_network(settings: Any) -> None:
    settings.VISUALSEARCH = {"FETCH_HOSTS": ["127.0.0.1:1"]}

    with pytest.raises(CannotFetch) as told:
        fetch_photo("http://127.0.0.1:1/")

    assert str(told.value) == "This address cannot be fetched: ConnectionError."
