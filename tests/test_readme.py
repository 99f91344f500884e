from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

from django.core.management import get_commands

from visualsearch.conf import Settings
from visualsearch.embedders.shipped import SHIPPED
from visualsearch.embedders.torchvision import RESNETS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]*)` \|", README, re.MULTILINE))

    defaults = {
        field.name.upper(): field.default if field.default_factory is MISSING else field.default_factory()
        for field in fields(Settings)
    }
    assert rows == {key: str(default) for key, default in defaults.items()}


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"\b(visualsearch_[a-z]+|import_catalog)\b", README))

    assert named - {"visualsearch_sources"} <= set(get_commands())
    assert {name for name in get_commands() if name.startswith("visualsearch_")} <= named


def test_every_embedder_is_named() -> None:
    assert all(f"`{name}`" in README for name in ("thumbnail", *SHIPPED, *RESNETS))


def test_every_picture_and_file_that_is_linked_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert links
    assert all((ROOT / link).exists() for link in links)
