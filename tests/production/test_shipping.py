"""What ships the shop names what is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import django
import pytest
import yaml
from packaging.specifiers import SpecifierSet

from catalog import settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()


def test_everything_that_is_copied_is_there_and_let_in() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        name.removeprefix("./")
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }

    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_runs_as_nobody_in_particular_and_says_whether_it_is_alive() -> None:
    last_stage = DOCKERFILE.split("\nFROM ")[-1]

    assert last_stage.index("USER shop") < last_stage.index("CMD")
    assert "HEALTHCHECK" in last_stage
    assert "/health/healthz" in last_stage


def test_workers_listen_to_both_queues_everywhere() -> None:
    queues = f"{settings.VISUALSEARCH['QUEUE']},{settings.CELERY_TASK_DEFAULT_QUEUE}"
    unit = (ROOT / "docs/systemd/shop-worker.service").read_text()

    assert f'-Q, "{queues}"' in COMPOSE
    assert f"-Q {queues}" in unit


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_stop_reaches_the_main_process_alone(name: str) -> None:
    assert "KillMode=mixed" in (ROOT / f"docs/systemd/shop-{name}.service").read_text()


def test_versions_that_are_promised_are_tried() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    promised = "\n".join(project["classifiers"])
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())
    tried = workflow["jobs"]["versions"]["strategy"]["matrix"]["include"]

    for kind in ("Django", "Python"):
        versions = set(re.findall(rf"{kind} :: (\d+\.\d+)$", promised, re.MULTILINE))
        assert {one[kind.lower()] for one in tried} == versions
    wanted = SpecifierSet(next(one for one in project["dependencies"] if one.startswith("django"))[len("django") :])
    assert all(f"{one['django']}.1" in wanted for one in tried)
    assert "6.2" not in wanted
    assert django.get_version() in wanted
