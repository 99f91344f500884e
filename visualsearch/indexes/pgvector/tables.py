"""What the index has in its database: a row a space that says where its vectors are, and a table of them."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from hashlib import blake2b

from django.db import DatabaseError
from django.db.backends.utils import CursorWrapper

from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes.base import Space
from visualsearch.outages import sqlstate

SPACES = "visualsearch_pgvector"
_GENERATIONS = f"{SPACES}_generation"
LEAST_VERSION = (0, 8)
"""From it on a filter takes no results away from the search by an index."""

# Forbidden, not there, or not there as older servers say it.
_NO_EXTENSION = {"42501", "0A000", "58P01"}
_CREATE = f"""
CREATE SEQUENCE IF NOT EXISTS {_GENERATIONS};
CREATE TABLE IF NOT EXISTS {SPACES} (
    space text PRIMARY KEY,
    source text NOT NULL,
    fingerprint text NOT NULL,
    generation bigint NOT NULL,
    revision bigint NOT NULL DEFAULT 0,
    size bigint NOT NULL DEFAULT 0,
    kind text NOT NULL DEFAULT 'exact',
    effort integer NOT NULL DEFAULT 0,
    recall double precision NOT NULL DEFAULT 1,
    built bigint NOT NULL DEFAULT 0
);
"""


@dataclass(frozen=True, slots=True)
class State:
    """Where the vectors of a space are, and how they are searched."""

    generation: int = 0
    """Number of the table; 0 where nothing was published, and never given twice."""
    revision: int = 0
    size: int = 0
    """Vectors in the table."""
    kind: str = "exact"
    """Kind of the index over the vectors: "exact" for none, "hnsw" or "ivfflat"."""
    effort: int = 0
    """What a search gives `hnsw.ef_search` or `ivfflat.probes`."""
    recall: float = 1.0
    """What was found of the nearest with this effort when it was measured."""
    built: int = 0
    """Vectors that were there then."""


_COLUMNS = ", ".join(field.name for field in fields(State))


class Tables:
    """The row and the tables of one space; every method is given a cursor in a transaction."""

    def __init__(self, space: Space) -> None:
        self.space = space
        whole = f"{space.source}\n{space.fingerprint}\n{space.dimensions}"
        # Names in PostgreSQL end after 63 bytes.
        self.key = blake2b(whole.encode(), digest_size=8).hexdigest()

    @property
    def lock(self) -> int:
        """The number of the lock that one who builds for this space holds."""
        return int.from_bytes(bytes.fromhex(self.key), signed=True)

    def name(self, generation: int) -> str:
        """Return the table of a generation."""
        return f"{SPACES}_{self.key}_{generation}"

    def read(self, cursor: CursorWrapper) -> State:
        """Return the state, to search with; where nobody ever published, PostgreSQL says UNDEFINED_TABLE."""
        # Compiling a query over very many rows takes longer than the query.
        compiling = "set_config('jit', 'off', true)"
        cursor.execute(f"SELECT {_COLUMNS}, {compiling} FROM {SPACES} WHERE space = %s", [self.key])  # noqa: S608
        row = cursor.fetchone()
        return State(*row[:-1]) if row else State()

    def hold(self, cursor: CursorWrapper) -> State:
        """Return the state and keep other writers waiting until the transaction ends."""
        if not is_created(cursor):
            return State()
        cursor.execute(f"SELECT {_COLUMNS} FROM {SPACES} WHERE space = %s FOR UPDATE", [self.key])  # noqa: S608
        row = cursor.fetchone()
        return State(*row) if row else State()

    def take(self, cursor: CursorWrapper) -> State:
        """Hold the state, and create what is not there yet."""
        if (state := self.hold(cursor)).generation:
            return state
        # Another process may be doing the same.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [SPACES])
        if not is_created(cursor):
            _create(cursor)
        if (state := self.hold(cursor)).generation:
            return state
        state = State(generation=self.create(cursor))
        cursor.execute(
            f"INSERT INTO {SPACES} (space, source, fingerprint, generation) VALUES (%s, %s, %s, %s)",  # noqa: S608
            [self.key, self.space.source, self.space.fingerprint, state.generation],
        )
        return state

    def write(self, cursor: CursorWrapper, state: State) -> None:
        """Make this the state."""
        places = ", ".join(["%s"] * len(fields(State)))
        update = f"UPDATE {SPACES} SET ({_COLUMNS}) = ({places}) WHERE space = %s"  # noqa: S608
        cursor.execute(update, [*astuple(state), self.key])

    def create(self, cursor: CursorWrapper) -> int:
        """Create an empty table and return its generation."""
        generation = next_number(cursor)
        name, vector = self.name(generation), f"halfvec({self.space.dimensions})"
        cursor.execute(f"CREATE TABLE {name} (id bigint PRIMARY KEY, embedding {vector} NOT NULL)")
        # Half of all vectors would lie in a table beside this one, where each costs a search a look.
        cursor.execute(f"ALTER TABLE {name} ALTER embedding SET STORAGE PLAIN")
        readable = f"Vectors of {self.space.source} by {self.space.fingerprint}, a copy that can be thrown away"
        cursor.execute(f"COMMENT ON TABLE {name} IS %s", [readable])
        return generation

    def drop_others(self, cursor: CursorWrapper, generation: int) -> None:
        """Drop every table of the space but this generation's."""
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relname ^@ %s AND relname <> %s"
            " AND pg_table_is_visible(oid)",
            [f"{SPACES}_{self.key}_", self.name(generation)],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE IF EXISTS {name}")

    def forget(self, cursor: CursorWrapper) -> None:
        """Drop the row and every table of the space."""
        if is_created(cursor):
            cursor.execute(f"DELETE FROM {SPACES} WHERE space = %s", [self.key])  # noqa: S608
            self.drop_others(cursor, 0)


def next_number(cursor: CursorWrapper) -> int:
    """Return a number that is given once in this database, for a name."""
    cursor.execute("SELECT nextval(%s)", [_GENERATIONS])
    return int(cursor.fetchone()[0])


def is_created(cursor: CursorWrapper) -> bool:
    """Tell whether anything was ever published into this database."""
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [SPACES])
    return bool(cursor.fetchone()[0])


def _create(cursor: CursorWrapper) -> None:
    _create_extension(cursor)
    cursor.execute(_CREATE)


def _create_extension(cursor: CursorWrapper) -> None:
    try:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except DatabaseError as error:
        if sqlstate(error) not in _NO_EXTENSION:
            raise
        text = str(error).strip().split("\n")[0]
        raise IndexUnavailable(
            f"The database lacks the extension vector (pgvector), and it cannot be created: {text}. Install pgvector"
            f" on the server, and run CREATE EXTENSION vector in this database as a superuser."
        ) from error
    if (version := extension_version(cursor)) < LEAST_VERSION:
        raise IndexUnavailable(
            f"The extension vector (pgvector) is version {'.'.join(map(str, version))}, and the index needs 0.8:"
            " install a newer one on the server, and run ALTER EXTENSION vector UPDATE as a superuser."
        )


def extension_version(cursor: CursorWrapper) -> tuple[int, ...]:
    """Return the version of pgvector in this database, empty where it is not created."""
    cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    row = cursor.fetchone()
    return tuple(int(part) for part in row[0].split(".")) if row else ()
