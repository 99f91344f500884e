"""What this process may compute with: cores, and which numbers they multiply fastest."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

from visualsearch.conf import get_settings

_processes = 1


def share_cores(processes: int) -> None:
    """Say that this process, or each of its children, computes beside as many others; called before they are forked."""
    global _processes
    _processes = max(1, processes)


def count_threads() -> int:
    """Return with how many threads one forward pass computes: the setting, or this process's part of the cores.

    More threads than cores are slower than one, since they wait for each other.
    """
    return get_settings().embed_threads or max(1, count_cores() // _processes)


def count_cores() -> int:
    """Return how many cores this process may use."""
    # macOS and Windows have no affinity.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def bfloat16_is_faster(information: Path = Path("/proc/cpuinfo")) -> bool:
    """Tell whether the processor multiplies bfloat16 at more than the rate of float32.

    Intel's does so with AMX, AMD's with AVX-512 BF16. Intel's AVX-512 BF16 by itself has half as many multipliers as
    its float32 and was slower when measured, which is why it does not count.
    """
    text = _text(information)
    flags = _flags(text)
    return "amx_bf16" in flags or ("avx512_bf16" in flags and "AuthenticAMD" in text)


@cache
def int8_is_faster(information: Path = Path("/proc/cpuinfo")) -> bool:
    """Tell whether the processor multiplies 8-bit integers at more than the rate of float32, as AVX2 does."""
    return "avx2" in _flags(_text(information))


def _text(information: Path) -> str:
    try:
        return information.read_text()
    except OSError:
        return ""


def _flags(text: str) -> set[str]:
    return set(re.findall(r"\w+", "".join(re.findall(r"^flags\s*:(.*)$", text, re.MULTILINE)[:1])))
