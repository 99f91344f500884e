"""The pages under docs/ say what is there, and the code in them runs."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from tests.embedders.contract import EmbedderContract
from tests.indexes.contract import COUNT, IndexContract
from tests.indexes.journal import SPACE, Journal, draw
from visualsearch.conf import Settings, get_problems, get_settings
from visualsearch.embedders import Embedder, load_embedder
from visualsearch.embedders.naming import BACKENDS
from visualsearch.indexes import Index

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))
TEXTS = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
BLOCK = re.compile(r"^( *)```python\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
NOT_OURS = {
    "ATOMIC_REQUESTS",
    "OMP_NUM_THREADS",
    "PROMETHEUS_MULTIPROC_DIR",
    "LOG_FORMAT",
    "LOG_LINES",
    "IMMEDIATE",
    "DATA",
    "INSTALLED_APPS",
    "MEDIA_ROOT",
    "POSTGRES",
    "HF_HOME",
    "HF_HUB_OFFLINE",
    "TORCH_HOME",
    "TEST_MILVUS_URI",
    "TEST_MILVUS_TOKEN",
    "GRPC_ENABLE_FORK_SUPPORT",
}


def blocks(name: str) -> list[str]:
    """Return the Python of a page, without its indent."""
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in BLOCK.findall(TEXTS[name])]


def defined(name: str) -> dict[str, Any]:
    """Return what the Python of a page defines."""
    found: dict[str, Any] = {}
    for code in blocks(name):
        exec(compile(code, name, "exec"), found)
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_settings_that_are_named_exist(name: str) -> None:
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", TEXTS[name])) - NOT_OURS

    ours = {key for key in named if not key.startswith("CELERY_") and not hasattr(global_settings, key)}
    assert ours <= {field.name.upper() for field in fields(Settings)}


@pytest.mark.parametrize("name", TEXTS)
def test_commands_that_are_named_exist(name: str) -> None:
    named = set(re.findall(r"`(?:manage\.py )?(visualsearch_[a-z]+)[ `]", TEXTS[name]))

    named -= {"visualsearch_pgvector"}  # a table
    assert {command for command in named if f"{command}_total" not in TEXTS[name]} <= set(get_commands())


def test_every_command_has_its_line() -> None:
    assert all(f"`{name}" in TEXTS["commands.md"] for name in get_commands() if name.startswith("visualsearch_"))


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name: str) -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", TEXTS[name]):
        assert (ROOT / "docs" / link).exists(), link


def test_every_page_is_in_the_index() -> None:
    assert all(f"]({name})" in TEXTS["index.md"] for name in TEXTS if name != "index.md")


@pytest.mark.parametrize("name", TEXTS)
def test_python_can_be_read(name: str) -> None:
    for code in blocks(name):
        compile(code, name, "exec")


def test_addresses_of_health_exist() -> None:
    for path in set(re.findall(r"`(health/\w+)", TEXTS["production.md"])):
        try:
            resolve(f"/{path}")
        except Resolver404:
            pytest.fail(path)


class TestEmbedderOfThePage(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        embedder: Embedder = defined("extend.md")["GreyEmbedder"]()
        return embedder


def settings_of_embedders() -> list[dict[str, Any]]:
    """Return every setting that the page on embedders writes."""
    found = []
    for code in blocks("embedders.md"):
        names: dict[str, Any] = {}
        if code.startswith("VISUALSEARCH"):
            exec(compile(code, "embedders.md", "exec"), names)
            found.append(names["VISUALSEARCH"])
    return found


@pytest.mark.parametrize("written", settings_of_embedders())
def test_every_setting_of_the_page_on_embedders_is_understood(settings: Any, written: dict[str, Any]) -> None:
    settings.VISUALSEARCH = written

    assert get_problems() == ()
    for name in (get_settings().embedder, *get_settings().embedders):
        wrong = {message.id for message in load_embedder(name).check()}
        # What cannot be known here is whether a library is installed and a file there.
        assert wrong <= {"visualsearch.E020", "visualsearch.E021"}, name


def test_every_backend_is_on_the_page_with_all_its_options_and_no_other() -> None:
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \| [^|]* \| ([^|]*) \|$", TEXTS["embedders.md"], re.MULTILINE)
    named = {name: re.findall(r"`(\w+)`", options) for names, options in rows for name in re.findall(r"`(\w+)`", names)}

    assert {name: sorted(options) for name, options in named.items()} == {
        name: sorted(inspect.signature(kind).parameters) for name, kind in BACKENDS.items()
    }


def test_every_json_of_the_page_on_embedders_is_a_backend() -> None:
    written = re.findall(r"'(\{.*\})'", TEXTS["embedders.md"])

    assert written
    assert all(load_embedder(text).name for text in written)


class TestNetworkOfThePageOnEmbedders(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        embedder: Embedder = defined("embedders.md")["ColourGrid"](cells=3)
        return embedder


class TestIndexOfThePage(IndexContract):
    @pytest.fixture
    def empty(self) -> Index:
        index: Index = defined("extend.md")["DictIndex"](SPACE)
        return index

    @pytest.fixture
    def filled(self, empty: Index) -> tuple[Index, Journal]:
        journal = Journal()
        journal.add(range(1, COUNT + 1), draw(COUNT))
        empty.catch_up(journal.read)
        return empty, journal
