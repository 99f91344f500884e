"""What `manage.py check` says of the settings of Milvus; loads nothing of it and asks no server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.core import checks

from visualsearch.conf import get_settings
from visualsearch.indexes.milvus.kinds import CONSISTENCIES, KINDS

_SHOP = re.compile(r"[A-Za-z0-9_-]{0,64}")


def check_milvus(**kwargs: Any) -> list[checks.CheckMessage]:
    """Look at the settings of Milvus, where one of the indexes is there."""
    settings = get_settings()
    if "milvus" not in (settings.index, settings.fallback_index):
        return []
    return [*_of_settings(), *_of_address(settings.milvus_uri, settings.milvus_token)]


def _of_settings() -> Iterator[checks.CheckMessage]:
    settings = get_settings()
    if not find_spec("pymilvus"):
        message = "VISUALSEARCH names the index 'milvus', whose client is not installed."
        yield checks.Error(message, hint="Run `pip install django-visualsearch[milvus]`.", id="visualsearch.E040")
    if not settings.milvus_uri:
        message = "VISUALSEARCH names the index 'milvus' and says nowhere where it is."
        hint = "Write the address of the cluster into VISUALSEARCH['MILVUS_URI'], such as 'https://host:19530'."
        yield checks.Error(message, hint=hint, id="visualsearch.E041")
    if settings.milvus_consistency not in CONSISTENCIES:
        message = f"VISUALSEARCH['MILVUS_CONSISTENCY'] is {settings.milvus_consistency!r}, which Milvus does not know."
        hint = f"Write one of {', '.join(CONSISTENCIES)}."
        yield checks.Error(message, hint=hint, id="visualsearch.E042")
    if settings.milvus_kind not in KINDS:
        message = f"VISUALSEARCH['MILVUS_KIND'] is {settings.milvus_kind!r}, which is no kind of index."
        yield checks.Error(message, hint=f"Write one of {', '.join(KINDS)}.", id="visualsearch.E043")
    if not _SHOP.fullmatch(settings.shop):
        message = f"VISUALSEARCH['SHOP'] is {settings.shop!r}, which is no name of a shop."
        hint = "Write up to 64 letters, digits, `-` and `_`."
        yield checks.Error(message, hint=hint, id="visualsearch.E044")


def _of_address(uri: str, token: str) -> Iterator[checks.CheckMessage]:
    place = urlsplit(uri)
    if uri and not place.scheme:
        message = f"VISUALSEARCH['MILVUS_URI'] is the file {uri!r}, which one process can open: web or worker."
        hint = "Start `milvus-lite server --host 127.0.0.1` and write its address, or run a cluster."
        yield checks.Warning(message, hint=hint, id="visualsearch.W040")
    if place.scheme in ("http", "tcp") and (token or place.password) and not _is_here(place.hostname or ""):
        message = f"The token of Milvus goes to {place.hostname} unencrypted."
        hint = "Let the cluster speak TLS and write https:// into VISUALSEARCH['MILVUS_URI']."
        yield checks.Warning(message, hint=hint, id="visualsearch.W041")
    if place.password:
        message = "VISUALSEARCH['MILVUS_URI'] holds a password, and addresses are written into logs."
        hint = "Write `user:password` into VISUALSEARCH['MILVUS_TOKEN'] instead."
        yield checks.Warning(message, hint=hint, id="visualsearch.W042")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
