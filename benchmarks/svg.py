"""Pictures written by hand, a few lines of SVG, so that nothing needs to be installed for them."""

from __future__ import annotations

from collections.abc import Iterable


def picture(title: str, width: int, height: int, parts: Iterable[str]) -> str:
    """Return the whole file."""
    style = "font-family='system-ui, sans-serif' font-size='12'"
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' {style} role='img'>"
    ground = f"<rect width='{width}' height='{height}' fill='white'/>"
    return "\n".join([head, f"<title>{title}</title>", ground, *parts, "</svg>", ""])


def text(x: float, y: float, words: str, colour: str = "#444", anchor: str = "middle") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' fill='{colour}' text-anchor='{anchor}'>{words}</text>"
