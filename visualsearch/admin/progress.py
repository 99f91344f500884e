"""From a job to what its page says of it, the same with and without a script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from visualsearch.admin.links import admin_url
from visualsearch.models import JobState, ReindexJob
from visualsearch.sync import BEAT, get_signs

SHOWN = 50
"""Failures on the page of a job, newest first."""


def progress_of(job: ReindexJob) -> dict[str, Any]:
    """Return numbers and words that say how far a job is."""
    return {
        "state": job.state,
        "is_over": job.is_over,
        "done": job.done,
        "total": job.total,
        "failed": job.failed,
        "words": {
            "state": _state(job),
            "done": _("%(done)s of %(total)s objects") % {"done": _number(job.done), "total": _number(job.total)},
            "embedded": _number(job.embedded),
            "failed": _number(job.failed),
            "rate": _("%(rate)s objects a second") % {"rate": number_format(job.rate, 1)} if job.rate else "–",
            "left": _left(job),
        },
    }


def failures_of(job: ReindexJob) -> list[dict[str, str]]:
    """Return the newest failures of a job, with the address of each object in the admin where it has one."""
    return [
        {
            "key": failure.object_key,
            "picture": failure.picture_name,
            "error": failure.error,
            "url": admin_url(job.source, failure.object_key),
        }
        for failure in job.failures.all()[:SHOWN]
    ]


def in_time(time: timedelta) -> str:
    """Return a length of time as people say it: "40 seconds", "12 minutes", "3 hours"."""
    seconds = max(1, round(time.total_seconds()))
    if seconds < 90:
        return ngettext("%d second", "%d seconds", seconds) % seconds
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    hours = round(minutes / 60)
    return ngettext("%d hour", "%d hours", hours) % hours


def _state(job: ReindexJob) -> str:
    heard = any(sign.alive for sign in get_signs() if sign.name != BEAT)
    if job.state == JobState.RUNNING and not heard:
        return _("waiting for a worker: none was heard of for three minutes")
    return job.get_state_display()


def _left(job: ReindexJob) -> str:
    if job.state != JobState.RUNNING:
        return "–"
    return in_time(job.left) if job.left is not None else _("not known yet")


def _number(value: int) -> str:
    return number_format(value, use_l10n=True, force_grouping=True)
