"""The merchant's view in Django's admin: reindexing from any list, jobs as they run, and the rows with their state."""

from __future__ import annotations

from visualsearch.admin.doctor import FindingAdmin
from visualsearch.admin.embeddings import EmbeddingAdmin
from visualsearch.admin.jobs import ReindexJobAdmin
from visualsearch.admin.pictures import PicturesMixin
from visualsearch.admin.reindexing import ReindexMixin
from visualsearch.admin.unmet import UnmetSearchAdmin

__all__ = [
    "EmbeddingAdmin",
    "FindingAdmin",
    "PicturesMixin",
    "ReindexJobAdmin",
    "ReindexMixin",
    "UnmetSearchAdmin",
]
