"""One look at a whole source, whose findings take the place of those before."""

from __future__ import annotations

from itertools import chain

from django.db import transaction

from visualsearch.doctor.files import find_failed, find_places, find_small
from visualsearch.doctor.patients import Ward
from visualsearch.doctor.strangers import find_strangers
from visualsearch.doctor.twins import find_shared, find_twins
from visualsearch.models import Finding
from visualsearch.sources import VisualSource

MOST = 10_000
"""Findings of one source that are kept."""


def examine(source: VisualSource) -> int:
    """Examine every picture of a source; returns how many findings there are.

    Raises EmbedderUnavailable and IndexUnavailable, and leaves the findings before as they are.
    """
    ward = Ward(source)
    looks = (
        find_failed(ward),
        find_places(ward),
        find_shared(ward),
        find_twins(ward),
        find_strangers(ward),
        find_small(ward),
    )
    findings = [finding for finding, _ in zip(chain(*looks), range(MOST), strict=False)]
    for finding in findings:
        finding.source = source.name
    with transaction.atomic():
        Finding.objects.filter(source=source.name).delete()
        Finding.objects.bulk_create(findings, batch_size=500)
    return len(findings)
