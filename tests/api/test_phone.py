"""The README's phone, on a shop that runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.drawing import draw_mosaic
from tests.processes import ROOT, Shop
from tests.stock import write_catalogue


@pytest.mark.slow
def test_phone_of_the_readme_finds_narrows_and_tells_what_was_tapped(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    programs: list[str] = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    phone, photo = tmp_path / "phone.py", tmp_path / "photo.png"
    phone.write_text(next(program for program in programs if "on a phone" in program), encoding="utf-8")
    photo.write_bytes(draw_mosaic(1))

    with Shop(folder=tmp_path / "shop") as shop:
        shop.command("import_catalog", str(write_catalogue(tmp_path / "goods", 3)))
        shop.command("visualsearch_sync")
        program = [sys.executable, str(phone), shop.start_server(), str(photo)]
        done = subprocess.run(program, capture_output=True, text=True, timeout=60)
        events = shop.query("select action_name, object_id, ordinal from visualsearch_event")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("same picture 0.99 Mosaic 1 http")
    assert events == [("click", "M1", 1)]
    assert len(phone.read_text().splitlines()) <= 55
