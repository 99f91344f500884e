"""What `manage.py check` says of how the shop is run: broker, beat, processes and threads, databases, extras."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from socket import gethostname
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import DatabaseError

from visualsearch.broker import CelerySettings, celery_settings, scheduled_tasks
from visualsearch.conf import get_settings
from visualsearch.embedders import get_embedder
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.indexes.milvus.checks import check_milvus
from visualsearch.indexes.pgvector import MOST_DIMENSIONS
from visualsearch.indexes.pgvector.checks import check_extension, check_pgvector
from visualsearch.models import Embedding, EmbeddingState
from visualsearch.sync import living_hosts
from visualsearch.tasks import beat_schedule

_FILES = ("embedded:", "filesystem:", "memory:", "sqla+sqlite:")
_REDIS = ("redis:", "rediss:", "redis+", "rediss+", "sentinel:")
_KOMBUS_REDIS = "kombu.transport.redis:Transport"
_ENDS_WITHOUT_REDIS = 5, 7
"""Seen with Celery 5.7.0; 5.6.3 closes a lost connection once."""


def connect() -> None:
    """Register the checks."""
    of_indexes = (check_milvus, check_pgvector, check_dimensions)
    for check in (check_workers, check_processes, check_extras, check_databases, *of_indexes):
        checks.register(check, "visualsearch")
    # Who runs where stands in the database, which Django asks of `migrate` and of `check --database` alone.
    for check in (check_hosts, check_extension):
        checks.register(check, checks.Tags.database)


def check_workers(**kwargs: Any) -> list[checks.CheckMessage]:
    """Ask Celery's settings; no broker is called."""
    return list(_of_workers(celery_settings()))


def _of_workers(celery: CelerySettings) -> Iterator[checks.CheckMessage]:
    if not apps.is_installed("django_celery_beat") and (missing := _missing_beats()):
        message = f"Celery's beat schedule lacks {', '.join(missing)}: what a lost message missed would stay undone."
        hint = (
            "In your celery.py write `from visualsearch.schedule import add_beat_schedule` and "
            "`app.on_after_finalize.connect(add_beat_schedule)`, import that app in the __init__.py of your project, "
            "and run one `celery -A yourshop beat`."
        )
        yield checks.Warning(message, hint=hint, id="visualsearch.W003")
    if celery.always_eager:
        message = "CELERY_TASK_ALWAYS_EAGER is on: pictures are embedded in the process that saves them."
        yield checks.Warning(message, hint="Remove it outside tests, and run a worker.", id="visualsearch.W004")
    if not settings.DEBUG and celery.broker_url.startswith(_FILES):
        kind = celery.broker_url.split(":")[0]
        message = f"The broker {kind!r} serves one machine, and DEBUG is off."
        hint = "Set CELERY_BROKER_URL to redis:// or amqp://, or ignore this where all processes run on one machine."
        yield checks.Warning(message, hint=hint, id="visualsearch.W005")
    if celery.visibility_timeout is not None and celery.visibility_timeout < 60:
        message = (
            f"The broker gives a task to a second worker after {celery.visibility_timeout:g} s (visibility_timeout)."
        )
        hint = "Set CELERY_BROKER_TRANSPORT_OPTIONS['visibility_timeout'] to 3600: the sweeper is quicker anyway."
        yield checks.Warning(message, hint=hint, id="visualsearch.W006")
    if celery.broker_url.startswith(_REDIS) and not find_spec("redis"):
        message = f"The broker is {celery.broker_url.split(':')[0]}://, and the library redis is not installed."
        hint = "Run `pip install redis`, or set CELERY_BROKER_URL to another broker."
        yield checks.Error(message, hint=hint, id="visualsearch.E050")
    if celery.version >= _ENDS_WITHOUT_REDIS and celery.transport == _KOMBUS_REDIS:
        message = "A worker of this version of Celery ends when Redis is lost while it is at a task."
        hint = (
            "In your celery.py write `kombu.transport.TRANSPORT_ALIASES['redis'] = "
            "'visualsearch.redis_transport:Transport'`, and the same for 'rediss'."
        )
        yield checks.Warning(message, hint=hint, id="visualsearch.W014")


def _missing_beats() -> list[str]:
    """Return the names of our tasks that the project's beat never sends."""
    return sorted({entry["task"] for entry in beat_schedule().values()} - scheduled_tasks())


def check_processes(**kwargs: Any) -> list[checks.CheckMessage]:
    """Look at what processes and threads share."""
    return list(_of_processes())


def _of_processes() -> Iterator[checks.CheckMessage]:
    own = get_settings()
    if "--preload" in os.environ.get("GUNICORN_CMD_ARGS", "").split():
        message = "GUNICORN_CMD_ARGS holds --preload: what is loaded before a fork is loaded again after it."
        yield checks.Warning(message, hint="Leave --preload out: it saves no memory here.", id="visualsearch.W007")
    if own.search_threads > 1:
        message = f"VISUALSEARCH['SEARCH_THREADS'] is {own.search_threads}: a forked process may hang in FAISS."
        hint = "Write 1 and start more processes, or run none that forks after it has searched."
        yield checks.Warning(message, hint=hint, id="visualsearch.W008")
    if not own.directory.is_absolute():
        message = f"VISUALSEARCH['DIRECTORY'] is {str(own.directory)!r}, another folder in each working directory."
        hint = "Write a full path that web and worker share, such as BASE_DIR / 'var' / 'visualsearch'."
        yield checks.Warning(message, hint=hint, id="visualsearch.W010")
    if _tells_of_a_proxy() and getattr(settings, "REST_FRAMEWORK", {}).get("NUM_PROXIES") is None:
        message = "The settings tell of a proxy, but not of how many: all shoppers together are counted as one caller."
        hint = "Set REST_FRAMEWORK['NUM_PROXIES'] to their number, or to 0 where none writes X-Forwarded-For."
        yield checks.Warning(message, hint=hint, id="visualsearch.W015")


def _tells_of_a_proxy() -> bool:
    return bool(settings.SECURE_PROXY_SSL_HEADER or settings.USE_X_FORWARDED_HOST or settings.USE_X_FORWARDED_PORT)


def check_hosts(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Tell when an index of each process is used on several hosts: those that workers were heard from, and this one."""
    if not databases or get_settings().index != "exact":
        return []
    try:
        hosts = sorted({*living_hosts(), gethostname()})
        vectors = Embedding.objects.filter(state=EmbeddingState.READY).count()
    except DatabaseError:  # not migrated yet, or not there
        return []
    if len(hosts) == 1:
        return []
    message = (
        f"VISUALSEARCH['INDEX'] is 'exact', and processes run on {len(hosts)} hosts ({', '.join(hosts)}): each process "
        f"of each reads every vector when it starts, {vectors:,} by now."
    )
    hint = "Set it to 'faiss', whose snapshots the processes of a host share, or ignore this in a small shop."
    return [checks.Warning(message, hint=hint, id="visualsearch.W009")]


def check_extras(**kwargs: Any) -> list[checks.CheckMessage]:
    """Tell what the setting asks for and is not installed."""
    return list(_of_extras())


def _of_extras() -> Iterator[checks.CheckMessage]:
    if get_settings().index == "faiss" and not find_spec("faiss"):
        message = "VISUALSEARCH['INDEX'] is 'faiss', which is not installed: every search compares all vectors."
        hint = "Run `pip install django-visualsearch[faiss]`, or set it to 'exact'."
        yield checks.Warning(message, hint=hint, id="visualsearch.W011")
    # Where nobody wrote it, it is on for those who have what it needs.
    if "FETCH" in getattr(settings, "VISUALSEARCH", {}) and get_settings().fetch and not find_spec("requests_hardened"):
        message = "VISUALSEARCH['FETCH'] is on, but what it needs is not installed: no photo is taken by its address."
        hint = "Run `pip install django-visualsearch[fetch]`, or set it to False."
        yield checks.Warning(message, hint=hint, id="visualsearch.W012")


def check_dimensions(**kwargs: Any) -> list[checks.CheckMessage]:
    """Tell when the embedder makes longer vectors than the index takes; loads no model, and no library for it."""
    if "pgvector" not in (get_settings().index, get_settings().fallback_index):
        return []
    try:
        embedder = get_embedder()
        dimensions = embedder.dimensions if embedder.knows_dimensions else 0
    except EmbedderUnavailable:  # told by another check
        return []
    if dimensions <= MOST_DIMENSIONS:  # else, and where they are not known yet, the index says it when it is opened
        return []
    message = f"The embedder makes vectors of {dimensions} numbers, and the index 'pgvector' takes {MOST_DIMENSIONS}."
    hint = "Set VISUALSEARCH['INDEX'] to 'faiss' or 'milvus', or take another embedder."
    return [checks.Error(message, hint=hint, id="visualsearch.E034")]


def check_databases(**kwargs: Any) -> list[checks.CheckMessage]:
    """Look at the options of SQLite, which by default fails where it should wait."""
    options = settings.DATABASES.get("default", {}).get("OPTIONS", {})
    if not _uses("sqlite3") or options.get("transaction_mode") in ("IMMEDIATE", "EXCLUSIVE"):
        return []
    message = "Transactions of SQLite begin without a lock: a save may fail while a worker writes."
    hint = "Set DATABASES['default']['OPTIONS']['transaction_mode'] to 'IMMEDIATE'."
    return [checks.Warning(message, hint=hint, id="visualsearch.W013")]


def _uses(engine: str) -> bool:
    return str(settings.DATABASES.get("default", {}).get("ENGINE", "")).endswith(engine)
