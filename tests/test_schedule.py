"""The recipe for Celery, as the documentation has it, in a project that was begun a moment ago."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from visualsearch.schedule import beat_schedule

ROOT = Path(__file__).parents[1]
DAILY = '\nCELERY_BEAT_SCHEDULE = {"of-the-shop": {"task": "shop.daily", "schedule": 86400}}\n'
SETTINGS = """
INSTALLED_APPS += ["visualsearch"]
VISUALSEARCH = {"DIRECTORY": BASE_DIR / "visualsearch", "EMBEDDER": "thumbnail"}
CELERY_BROKER_URL = "memory://"
"""
SHOW = """
import json
from yourshop import app
app.finalize()
print(json.dumps({name: entry["task"] for name, entry in app.conf.beat_schedule.items()}))
"""
BLOCK = re.compile(r"^( *)```python\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
Run = Callable[..., str]


def block_with(words: str, page: Path) -> str:
    """Return the Python of a page that holds these words, without its indent."""
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    return next(re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in blocks if words in code)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs a program in a project of Django's own making."""
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)

    def run_in_project(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    run_in_project("-m", "django", "startproject", "yourshop", ".")
    with (tmp_path / "yourshop" / "settings.py").open("a") as file:
        file.write(SETTINGS + DAILY)
    (tmp_path / "yourshop" / "__init__.py").write_text("from yourshop.celery import app\n")
    return run_in_project


RECIPE = "app.on_after_finalize.connect(add_beat_schedule)"


def celery_of(source: str) -> str:
    """Return a celery.py as the page says it; the README has two lines of it alone."""
    if source == "docs/shop.md":
        return block_with("Celery(", ROOT / source)
    begin = block_with("Celery(", ROOT / "docs" / "shop.md").replace(
        "app.on_after_finalize.connect(add_beat_schedule)", "0"
    )
    return begin + block_with("add_beat_schedule", ROOT / source)


@pytest.mark.parametrize("source", ["docs/shop.md", "README.md"])
def test_recipe_adds_our_tasks_to_the_shops_own(run: Run, tmp_path: Path, source: str) -> None:
    (tmp_path / "yourshop" / "celery.py").write_text(celery_of(source))

    told = run("manage.py", "check")
    sent = json.loads(run("-c", SHOW).splitlines()[-1])

    assert "W003" not in told
    assert sent.pop("of-the-shop") == "shop.daily"
    assert sent == {name: entry["task"] for name, entry in beat_schedule().items()}


def test_project_without_the_recipe_is_told_of_it(run: Run, tmp_path: Path) -> None:
    celery = celery_of("docs/shop.md").replace(RECIPE, "0")
    (tmp_path / "yourshop" / "celery.py").write_text(celery)

    told = run("manage.py", "check")

    assert "visualsearch.W003" in told
    assert RECIPE in told
