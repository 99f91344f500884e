"""What a shopper does on the page."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

TRANSFER = """([data, type]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "photo", { type }));
  return transfer;
}"""


def choose(page: Any, photo: Path, button: str = ".vs-choose") -> None:
    """Choose a photo and wait for its results."""
    page.set_input_files(f"{button} input", photo)
    page.wait_for_selector(".vs-result")
    settled(page)


def settled(page: Any) -> None:
    """Wait until no search is under way."""
    page.wait_for_function("() => !document.querySelector('.vs-busy')")


def give(page: Any, event: str, content: bytes, type_: str = "image/png") -> None:
    """Drop or paste a file."""
    transfer = page.evaluate_handle(TRANSFER, [base64.b64encode(content).decode(), type_])
    if event == "drop":
        page.dispatch_event("#vs-drop", "drop", {"dataTransfer": transfer})
    else:
        page.evaluate(
            "(data) => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))",
            transfer,
        )


def titles(page: Any) -> list[str]:
    """Return what is found, in the order of the page."""
    return list(page.locator(".vs-title").all_inner_texts())


def edges(page: Any) -> list[float]:
    """Return the edges that the fields show; none for the whole photo."""
    values = [page.input_value(f"input[name={name}]") for name in ("left", "top", "right", "bottom")]
    return [float(value) for value in values if value]


def searches(page: Any, act: Any) -> None:
    """Do something that leads to another address, and wait for its results."""
    before = page.url
    act()
    page.wait_for_function("(before) => location.href !== before", arg=before)
    settled(page)
