"""The one setting, `VISUALSEARCH`, read into one frozen dataclass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from django.conf import settings as django_settings
from django.core.signals import setting_changed

from visualsearch.backends import MAX_LENGTH, write_backend


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every key of `VISUALSEARCH`, in lower case, with its default."""

    embedder: str = "products-5"
    """A name, path or dotted path, or a dict of BACKEND and OPTIONS, as docs/embedders.md says; read as text."""
    embedders: Mapping[str, str] = field(default_factory=dict)
    """Embedders that `EMBEDDER` and commands can name, each a dict of BACKEND and OPTIONS; read as text."""
    index: str = "faiss"
    """`faiss`, `exact`, `pgvector`, `milvus`, or the dotted path of an Index class."""
    fallback_index: str = ""
    """Index of each process that answers while a shared one cannot be reached; without it such a search gets a 503."""
    index_seconds: float = 2.0
    """How long a search waits for the engine of a shared index."""
    pgvector_database: str = "default"
    """Alias in `DATABASES` of the PostgreSQL that holds the index `pgvector`; in another than `default` none joins."""
    pgvector_kind: str = "hnsw"
    """`hnsw`, `ivfflat` or `exact`: how the index `pgvector` searches from `IVF_FROM` vectors on."""
    engine: str = "auto"
    """What runs the network: `openvino`, `torch`, these with `-bf16`, `openvino-int8`, or `auto` for the fastest."""
    embed_threads: int | None = None
    """Threads of one forward pass; `None` takes this process's part of the cores that it may use."""
    directory: Path = Path("var/visualsearch")
    """Where snapshots of the index lie; it can be deleted at any time."""
    snapshot_storage: str | None = None
    """Alias in `STORAGES` of a private storage through which hosts share snapshots; without it each builds its own."""
    queue: str = "visualsearch"
    """The Celery queue of our own tasks."""
    sync_on_save: bool = True
    """Whether a save asks for a sync; off for tests that search for nothing, where reconciling alone finds changes."""
    bell: bool = True
    """Whether a save wakes a worker at once; without it the sweeper finds the save."""
    sweep_seconds: float = 10.0
    """How often the sweeper looks for what the bell missed."""
    reconcile_seconds: float = 3600.0
    """How often the shop is compared with the rows, to find changes that sent no signal."""
    compact_seconds: float = 30.0
    """How often a worker looks whether an index needs a new snapshot."""
    verify_seconds: float = 86_400.0
    """How often shop, rows and index are proved to be equal."""
    batch_size: int = 16
    """Pictures embedded at once."""
    lease_seconds: float = 30.0
    """How long a worker may hold an object before another takes it over."""
    retry_seconds: float = 30.0
    """Pause before a failed picture is tried again; it doubles with every failure."""
    retry_seconds_most: float = 86_400.0
    """The longest such pause."""
    ivf_from: int = 10_000
    """Number of vectors from which lists, or a graph, are built; fewer are searched exactly."""
    recall_target: float = 0.99
    """Share of the exact ten nearest that an index must find when it is built."""
    compact_from: int = 2_000
    """Rows past the snapshot from which a worker writes a new one."""
    search_threads: int = 1
    """OpenMP threads of one search."""
    milvus_uri: str = ""
    """Address of the cluster of the index `milvus`, such as `https://milvus.shop.example:19530`."""
    milvus_token: str = field(default="", repr=False)
    """What opens it: a token, or `user:password`."""
    milvus_consistency: str = "Strong"
    """What a search there waits for: `Strong`, `Bounded`, `Session` or `Eventually`, as Milvus calls them."""
    milvus_kind: str = "AUTOINDEX"
    """Kind of index there: `AUTOINDEX`, `FLAT`, `HNSW`, `HNSW_SQ`, `IVF_FLAT`, `IVF_SQ8` or `DISKANN`."""
    shop: str = ""
    """Name of this shop where several share one cluster: letters, digits, `-` and `_`."""
    image_bytes_most: int = 20_000_000
    """Largest file that is read, in bytes."""
    image_pixels_most: int = 64_000_000
    """Most pixels of a picture, known from its header before it is decoded."""
    image_frames_most: int = 1_000
    """Most frames of a moving WebP, AVIF or PNG, and directories of a TIFF, by the header; the first alone is read."""
    image_profile_bytes_most: int = 4_194_304
    """Largest colour profile that is used, in bytes; those of print have up to 3 MB. A larger one is left aside."""
    photo_side_least: int = 32
    """Fewest pixels of the shorter side of a shopper's photo."""
    photo_aspect_most: int = 20
    """How many times longer than the other a side of a shopper's photo may be."""
    decode_apart: bool = True
    """Whether pictures and photos are decoded in child processes, with limits; on Linux, else in the process."""
    decode_processes: int = 2
    """Most such children of one process; each is started when it is needed."""
    decode_seconds: float = 10.0
    """How long decoding one picture may take, and a photo wait for a child; all of a request may take twice that."""
    decode_bytes_most: int = 1_500_000_000
    """Memory that such a child may use, in bytes; a picture that needs more is told to have too many pixels."""
    fetch: bool = True
    """Whether a photo may be given by its address; needs the extra `fetch`."""
    fetch_ports: tuple[int, ...] = (80, 443)
    """Ports that photos are fetched from."""
    fetch_hosts: tuple[str, ...] = ()
    """Hosts, as `name` or `name:port`, that may lie in the shop's own network, at any port that is written."""
    fetch_seconds: float = 10.0
    """How long fetching one photo may take, with all redirects."""
    fetch_redirects_most: int = 3
    """Redirects that are followed for one photo."""
    ready_lag_seconds: float = 300.0
    """Age of the oldest save that no worker has looked at from which `readyz` says not ready."""
    metrics_token: str = field(default="", repr=False)
    """What Prometheus sends as a bearer token for `health/metrics`; without it this machine alone may ask."""
    calibrate_seconds: float = 3600.0
    """How often a worker looks whether the shop has changed so much that its scores mean something else."""
    same_product_from: float = 0.5
    """Probability from which a result is called the same product."""
    no_match_below: float = 0.7
    """Probability that the thing is sold at all, below which a search says that nothing is close enough."""
    adapt_to_photos: bool = False
    """Whether a search takes off what shoppers' photos here have in common, and their running mean is kept for it."""
    link_seconds: int = 604_800
    """How long the address of a search by photo can be gone back to and shared."""
    keep_photos: str | None = None
    """Alias in `STORAGES` of a private storage where shoppers' photos are kept; without it none is."""
    keep_photos_days: int = 30
    """For how many days a photo is kept."""
    searches_at_once: int = 16
    """Searches that one process runs at the same time; one more is refused at once, to be tried again."""
    fetches_at_once: int = 4
    """Photos that one process fetches by their address at the same time, beside those searches; one more is refused."""
    page_searches_a_minute: int | None = 120
    """Searches that one caller may make on the page in a minute; `None` counts nobody."""
    record_searches: bool = True
    """Whether each search leaves a row with its time and its number of results; never its photo."""
    behaviour_days: int = 90
    """For how many days such rows, and the events of shoppers, are kept."""
    keep_query_vectors: bool = False
    """Whether a recorded search that nothing was close enough to leaves the vector of its photo, for the admin."""
    query_vectors_days: int = 30
    """For how many days such vectors are kept."""
    api_authentication: tuple[str, ...] = ()
    """Dotted paths of the API's authentication classes; without any, those of `REST_FRAMEWORK`."""
    api_permissions: tuple[str, ...] = ()
    """Dotted paths of the API's permission classes; without any, those of `REST_FRAMEWORK`."""
    limit: int = 20
    """Results of a search that does not say how many."""
    limit_most: int = 100
    """Most results of one search."""


_SHARES = ("RECALL_TARGET", "SAME_PRODUCT_FROM", "NO_MATCH_BELOW")

_CHOICES_OF_TYPE: dict[type, tuple[type, ...]] = {float: (float, int), Path: (Path, str)}


@dataclass(frozen=True, slots=True)
class Problem:
    """A key or value of the setting that cannot be used; its default is used instead."""

    message: str
    hint: str


@cache
def get_settings() -> Settings:
    """Return the settings; a wrong key or value counts as not written and is told by `manage.py check`."""
    return _read()[0]


def get_problems() -> tuple[Problem, ...]:
    """Return what is wrong with the setting."""
    return _read()[1]


def _read() -> tuple[Settings, tuple[Problem, ...]]:
    written = getattr(django_settings, "VISUALSEARCH", {})
    if not isinstance(written, dict):
        return Settings(), (Problem("VISUALSEARCH is not a dict.", "Write VISUALSEARCH = {...}, or leave it out."),)
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in written.items():
        problem = _problem_with(key, value)
        if problem:
            problems.append(problem)
        else:
            values[key.lower()] = _converted(key, value)
    return Settings(**values), tuple(problems)


def _problem_with(key: Any, value: Any) -> Problem | None:
    types: dict[str, Any] = {name.upper(): kind for name, kind in get_type_hints(Settings).items()}
    if key not in types:
        return Problem(f"VISUALSEARCH has an unknown key {key!r}.", f"Known keys: {', '.join(sorted(types))}.")
    if read := _READERS.get(key):
        return _problem_of_reading(read, key, value)
    kind = types[key]
    if not _fits(kind, value):
        return Problem(
            f"VISUALSEARCH['{key}'] is {_shown(key, value)}, which is no {getattr(kind, '__name__', kind)}.",
            f"Its default is {_default_of(key)!r}.",
        )
    if key in _SHARES:
        problem = Problem(f"VISUALSEARCH['{key}'] is {value!r}.", "Write a share from 0 to 1, such as 0.7.")
        return None if 0 <= value <= 1 else problem
    if isinstance(value, int | float) and not isinstance(value, bool) and not value > 0:
        return Problem(f"VISUALSEARCH['{key}'] is {value!r}.", "Write a number above 0.")
    return None


def _problem_of_reading(read: Callable[[Any], Any], key: str, value: Any) -> Problem | None:
    try:
        read(value)
    except ValueError as error:
        return Problem(
            f"VISUALSEARCH['{key}'] is {_shown(key, value)}: {error}.", f"Its default is {_default_of(key)!r}."
        )
    return None


def _fits(kind: Any, value: Any) -> bool:
    if get_origin(kind) is tuple:
        return isinstance(value, tuple | list) and all(_fits(get_args(kind)[0], one) for one in value)
    return isinstance(value, _CHOICES_OF_TYPE.get(kind, (kind,))) and (kind is bool or not isinstance(value, bool))


def _converted(key: str, value: Any) -> Any:
    if read := _READERS.get(key):
        return read(value)
    if key == "DIRECTORY":
        return Path(value)
    return tuple(value) if isinstance(value, list) else value


def _read_embedder(value: Any) -> str:
    if isinstance(value, str) and not value.startswith("{"):
        return value
    return write_backend(value)


def _read_embedders(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError("expected a dict of names, each with a dict of BACKEND and OPTIONS")
    return {_read_name(name): write_backend(entry, max_length=None) for name, entry in value.items()}


def _read_name(name: Any) -> str:
    if not (isinstance(name, str) and 0 < len(name) <= MAX_LENGTH and not name.startswith("{")):
        raise ValueError(f"expected a name in place of {name!r}")
    return name


_READERS: dict[str, Callable[[Any], Any]] = {"EMBEDDER": _read_embedder, "EMBEDDERS": _read_embedders}


def _default_of(key: str) -> Any:
    written = _field_of(key)
    return written.default if written.default_factory is MISSING else written.default_factory()


def _shown(key: str, value: Any) -> str:
    return repr(value) if _field_of(key).repr else "a secret"


def _field_of(key: str) -> Field[Any]:
    return next(one for one in fields(Settings) if one.name == key.lower())


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == "VISUALSEARCH":
        get_settings.cache_clear()


setting_changed.connect(_forget, dispatch_uid="visualsearch.conf")
