from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from visualsearch.embedders.engines import processor, share_cores
from visualsearch.embedders.engines.processor import bfloat16_is_faster, count_cores, count_threads, int8_is_faster


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    yield
    share_cores(1)


@pytest.mark.parametrize(
    ("vendor", "flags", "faster"),
    [
        ("AuthenticAMD", "fpu avx512f avx512_bf16", True),
        ("AuthenticAMD", "fpu avx2", False),
        ("GenuineIntel", "fpu avx512f avx512_bf16 amx_bf16 amx_tile", True),
        ("GenuineIntel", "fpu avx512f avx512_bf16", False),
    ],
)
def test_the_processor_tells_whether_bfloat16_is_faster(vendor: str, flags: str, faster: bool, tmp_path: Path) -> None:
    information = tmp_path / "cpuinfo"
    information.write_text(f"vendor_id\t: {vendor}\nflags\t\t: {flags}\nbugs\t: amx_bf16\n" * 2)

    assert bfloat16_is_faster(information) is faster


@pytest.mark.parametrize(("flags", "faster"), [("fpu sse4_2 avx2", True), ("fpu sse4_2 avx", False)])
def test_the_processor_tells_whether_integers_are_faster(flags: str, faster: bool, tmp_path: Path) -> None:
    information = tmp_path / "cpuinfo"
    information.write_text(f"vendor_id\t: GenuineIntel\nflags\t\t: {flags}\n")

    assert int8_is_faster(information) is faster


def test_a_processor_that_tells_nothing_computes_in_float32(tmp_path: Path) -> None:
    assert int8_is_faster(tmp_path / "none") is False
    assert bfloat16_is_faster(tmp_path / "none") is False


@pytest.mark.parametrize(("cores", "processes", "threads"), [(2, 1, 2), (2, 2, 1), (2, 8, 1), (16, 4, 4), (16, 0, 16)])
def test_processes_of_a_pool_share_the_cores(
    cores: int, processes: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processor, "count_cores", lambda: cores)

    share_cores(processes)

    assert count_threads() == threads


def test_the_setting_says_how_many_threads(settings: Any) -> None:
    settings.VISUALSEARCH = {"EMBED_THREADS": 5}
    share_cores(4)

    assert count_threads() == 5


def test_at_least_one_core_is_there() -> None:
    assert count_cores() >= 1
