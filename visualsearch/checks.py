"""What `manage.py check` says of the setting, the sources and the embedder."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.files.storage import InvalidStorageError, storages
from django.db import DatabaseError
from django.utils.module_loading import import_string

from visualsearch.conf import get_problems, get_settings
from visualsearch.embedders import label_of, load_embedder
from visualsearch.embedders.engines import AUTO, choose_engine
from visualsearch.exceptions import EmbedderUnavailable, IndexUnavailable, InvalidOptions
from visualsearch.indexes import Index, index_class
from visualsearch.models import ServingEmbedder
from visualsearch.sources import all_sources


def connect() -> None:
    """Register the checks."""
    for check in (check_setting, check_sources, check_embedder, check_indexes, check_engine, check_api, check_storages):
        checks.register(check, "visualsearch")
    # Django asks these of `migrate` and of `check --database` alone: other commands may run without a database.
    checks.register(check_serving, checks.Tags.database)


def check_setting(**kwargs: Any) -> list[checks.CheckMessage]:
    """Name every key and value of `VISUALSEARCH` that cannot be used."""
    return [checks.Error(problem.message, hint=problem.hint, id="visualsearch.E001") for problem in get_problems()]


def check_sources(**kwargs: Any) -> list[checks.CheckMessage]:
    """Ask every source; warn when there is none."""
    sources = all_sources()
    if not sources:
        hint = "Write a visual_sources.py in one of your apps, with @register(YourModel)."
        return [checks.Warning("No model takes part in visual search.", hint=hint, id="visualsearch.W001")]
    return [message for source in sources for message in source.check()]


def check_embedder(**kwargs: Any) -> list[checks.CheckMessage]:
    """Ask the embedder of the setting, and build those that are named beside it; loads no model."""
    own = get_settings()
    messages = list(_embedder_problems("VISUALSEARCH['EMBEDDER']", own.embedder, ask=True))
    for name in own.embedders:
        if name != own.embedder:
            # What is missing to run it is told when it is wanted: on this host it may never be.
            messages += _embedder_problems(f"VISUALSEARCH['EMBEDDERS'][{name!r}]", name, ask=False)
    return messages


def _embedder_problems(place: str, name: str, *, ask: bool) -> Iterator[checks.CheckMessage]:
    try:
        embedder = load_embedder(name)
    except InvalidOptions as error:
        hint = f"Change OPTIONS in {place}; docs/embedders.md says what each backend takes."
        yield checks.Error(str(error), hint=hint, id="visualsearch.E023")
    except EmbedderUnavailable as error:
        hint = f"Set {place} to a name from the README's table, to a path of weights, or to a backend."
        yield checks.Error(str(error), hint=hint, id="visualsearch.E002")
    else:
        yield from embedder.check() if ask else ()


def check_indexes(**kwargs: Any) -> list[checks.CheckMessage]:
    """Tell when the setting names an index that is none; loads none."""
    own = get_settings()
    named = {"INDEX": own.index, "FALLBACK_INDEX": own.fallback_index}
    return [message for key, name in named.items() if name for message in _index_problems(key, name)]


def _index_problems(key: str, name: str) -> list[checks.CheckMessage]:
    try:
        found: object = index_class(name)
    except IndexUnavailable as error:
        found, problem = None, str(error)
    else:
        problem = f"{name!r} is no class of an index."
    if isinstance(found, type) and issubclass(found, Index):
        return []
    hint = f"Set VISUALSEARCH['{key}'] to exact, faiss, milvus, pgvector, or the path of an Index class."
    return [checks.Error(problem, hint=hint, id="visualsearch.E007")]


def check_storages(**kwargs: Any) -> list[checks.CheckMessage]:
    """Tell when a storage that must be private is not there, or when everybody can read what is put into it."""
    own = get_settings()
    return [
        *_storage_problems("KEEP_PHOTOS", own.keep_photos, "Shoppers' photos", "no photo is kept"),
        *_storage_problems("SNAPSHOT_STORAGE", own.snapshot_storage, "Snapshots", "each host builds its own"),
    ]


def _storage_problems(key: str, alias: str | None, what: str, otherwise: str) -> list[checks.CheckMessage]:
    if not alias:
        return []
    try:
        storage = storages[alias]
    except InvalidStorageError:
        hint = f"Add {alias!r} to STORAGES, or leave {key} out: then {otherwise}."
        message = f"VISUALSEARCH['{key}'] is {alias!r}, which is no alias in STORAGES."
        return [checks.Error(message, hint=hint, id="visualsearch.E004")]
    location, media = getattr(storage, "location", None), settings.MEDIA_ROOT
    if location and media and Path(location).is_relative_to(Path(media).absolute()):
        hint = "Give the storage a location outside MEDIA_ROOT."
        message = f"{what} would be kept in {location}, which is published under MEDIA_URL."
        return [checks.Error(message, hint=hint, id="visualsearch.E005")]
    return []


def check_api(**kwargs: Any) -> list[checks.CheckMessage]:
    """Name every class of the API's settings that cannot be imported."""
    settings = get_settings()
    written = {"API_AUTHENTICATION": settings.api_authentication, "API_PERMISSIONS": settings.api_permissions}
    return [message for key, paths in written.items() for path in paths for message in _import_problems(key, path)]


def _import_problems(key: str, path: str) -> list[checks.CheckMessage]:
    try:
        import_string(path)
    except (ImportError, RuntimeError) as error:  # the latter of a model whose app is not installed
        hint = "Write the dotted path of a class; keys need 'rest_framework_api_key' in INSTALLED_APPS."
        message = f"VISUALSEARCH['{key}'] names '{path}', which cannot be imported: {error}"
        return [checks.Error(message, hint=hint, id="visualsearch.E006")]
    return []


def check_engine(**kwargs: Any) -> list[checks.CheckMessage]:
    """Tell when the setting names an engine that is unknown or not installed; loads none."""
    if get_settings().engine == AUTO:
        return []
    try:
        choose_engine()
    except EmbedderUnavailable as error:
        hint = "With VISUALSEARCH['ENGINE'] = 'auto' the best that is installed is taken."
        return [checks.Error(str(error), hint=hint, id="visualsearch.E003")]
    return []


def check_serving(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Tell when the embedder that answers searches is not the one that the setting names."""
    if not databases:
        return []
    try:
        now = ServingEmbedder.read()
    except DatabaseError:  # not migrated yet
        return []
    name = get_settings().embedder
    if now.serving == name:
        return []
    serving, wanted = label_of(now.serving), label_of(now.wanted)
    problem = f"Searches are answered by the embedder {serving!r}, but the setting names {label_of(name)!r}."
    building = f"{wanted!r} is being built and takes over by itself; visualsearch_status says how far it is."
    hint = (
        building
        if now.is_building
        else f"Run `visualsearch_rebuild --embedder {shlex.quote(name)}`, or change the setting."
    )
    return [checks.Warning(problem, hint=hint, id="visualsearch.W002")]
