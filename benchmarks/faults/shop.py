"""The shop that faults are made to: two servers of pages, a worker, beat, and one who saves goods all the time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from benchmarks.faults.servers import PostgreSQL, RabbitMQ, Redis, Server
from catalog.demo.children import Child
from tests.processes import Shop, kill
from tests.stock import write_catalogue

GOODS = 200
BROKERS: dict[str, type[Server]] = {"redis": Redis, "rabbitmq": RabbitMQ}


@dataclass(kw_only=True)
class BusyShop:
    """A shop with all that belongs to it, each part known by its name."""

    shop: Shop
    servers: dict[str, Server]
    addresses: list[str] = field(default_factory=list)
    parts: dict[str, Child] = field(default_factory=dict)
    starters: int = 0

    def start(self, part: str) -> None:
        """Start a part of the shop, or start it again."""
        self.starters += 1
        celery = ["-m", "celery", "--app", "catalog"]
        if part == "worker":
            options = ["--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle"]
            program = [*celery, "worker", "--queues", "visualsearch", *options]
        else:
            program = [*celery, "beat", "--schedule", str(self.shop.folder / "beat"), "--pidfile="]
        self.parts[part] = self.shop.start(*program, "--loglevel", "info", name=f"{part}{self.starters}")

    def start_server(self) -> None:
        """Start one more server of pages; one that ended comes back at its old address."""
        self.addresses.append(self.shop.start_server("--workers", "1"))
        self.parts[f"web{len(self.addresses)}"] = self.shop.children[-1]

    def kill(self, part: str) -> None:
        """End a part as a power cut would."""
        kill(self.parts[part])

    def acknowledged(self) -> tuple[list[str], int]:
        """Return the skus whose save was acknowledged, and how many saves failed."""
        lines = (self.shop.folder / "saves").read_text().splitlines() if (self.shop.folder / "saves").exists() else []
        saved = [line.split()[1] for line in lines if line.startswith("saved")]
        return saved, len(lines) - len(saved)

    def waiting(self) -> int:
        """Return how many wishes are outstanding; one where the database cannot tell yet."""
        try:
            return int(self.shop.query("SELECT count(*) FROM visualsearch_syncrequest")[0][0])
        except psycopg.OperationalError:
            return 1

    def found(self) -> set[str]:
        """Return the skus of which a picture is searchable."""
        rows = self.shop.query(
            "SELECT p.sku FROM catalog_product p JOIN visualsearch_embedding e ON e.object_key = p.id::text "
            "WHERE e.source = 'catalog.product' AND e.state = 'ready'"
        )
        return {row[0] for row in rows}


@contextmanager
def busy_shop(broker: str, *, saves_a_second: float) -> Iterator[BusyShop]:
    """Yield a shop with goods, on servers of its own, at which nobody searches yet."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="visualsearch-faults-")))
        folder.chmod(0o711)
        servers: dict[str, Server] = {}
        for kind in (PostgreSQL, BROKERS[broker]):
            servers[kind.name] = kind(folder)
            stack.callback(servers[kind.name].kill)
        environment = {
            "DATABASE_URL": servers["postgresql"].url,
            "BROKER_URL": servers[broker].url,
            "DJANGO_SETTINGS_MODULE": "benchmarks.faults.settings",
        }
        shop = stack.enter_context(Shop(folder=folder / "shop", environment=environment))
        shop.command("import_catalog", str(write_catalogue(folder / "feed", GOODS)))
        shop.command("visualsearch_sync")
        busy = BusyShop(shop=shop, servers=servers)
        for part in ("worker", "beat"):
            busy.start(part)
        for _ in range(2):
            busy.start_server()
        options = [str(shop.folder / "saves"), str(GOODS), str(saves_a_second)]
        busy.parts["saver"] = shop.start("-m", "benchmarks.faults.saver", *options, name="saver")
        yield busy
