"""The catalogue doctor: from rows and files to pictures that somebody should look at."""

from __future__ import annotations

from visualsearch.doctor.examination import examine

__all__ = ["examine"]
