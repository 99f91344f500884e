"""The demo, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from tqdm import tqdm

from catalog.celery import app
from catalog.demo.admin_user import create_admin
from catalog.demo.children import Child
from catalog.demo.goods import CATALOGUE
from catalog.demo.processes import HOST, check_port, start_server, start_worker
from catalog.feeds import import_feed, read_feed
from catalog.tasks import missing
from visualsearch.conf import get_settings
from visualsearch.embedders import label_of
from visualsearch.sync import get_progress

RESTARTS_MOST = 3
LOOK_SECONDS = 0.3
STUCK_SECONDS = 60.0


class DemoFailed(Exception):
    """The demo cannot go on; the message says why."""


@dataclass(slots=True, kw_only=True)
class Demo:
    """One run of the demo."""

    port: int
    data: Path | None
    """A catalogue of the user's own."""
    serve: bool
    say: Callable[[str], None]
    children: dict[str, Child] = field(default_factory=dict)
    restarts: int = 0

    @property
    def is_serving(self) -> bool:
        """Whether there is something to open."""
        return "server" in self.children

    def run(self) -> None:
        """Run every step; raises DemoFailed, PortTaken, FeedError, or Stopped on a signal."""
        if self.serve:
            check_port(self.port)
        call_command("migrate", verbosity=0, interactive=False)
        self._import_goods()
        try:
            self.children["worker"] = start_worker()
            _ring_all_bells()
            self._wait_for_worker()
            if self.serve:
                self._serve()
            else:
                call_command("visualsearch_status")
        finally:
            for child in self.children.values():
                child.ask_to_stop()
            for child in self.children.values():
                child.stop()

    def _import_goods(self) -> None:
        source = self.data or CATALOGUE
        report = import_feed(read_feed(source), progress=_show_progress)
        for problem in report.problems:
            self.say(f"Not imported: {problem}")
        self.say(f"Goods: {report.created} new, {report.updated} changed, {report.unchanged} as they were ({source}).")

    def _wait_for_worker(self) -> None:
        """Show how far the worker is, until every picture can be searched and those of the demo have thumbnails."""
        self._wait("Searchable", lambda: get_progress().waiting, get_progress().wanted)
        progress = get_progress()
        model = label_of(get_settings().embedder)
        self.say(f"{progress.embedded} of {progress.wanted} pictures can be searched (model {model}).")
        if progress.failed:
            self.say(f"{progress.failed} pictures failed; the admin's list of embeddings says why.")
        if self.data is None:
            # Of a large catalogue they take long, and its pages do without them until then.
            self._wait("Thumbnails", lambda: missing().count(), progress.wanted)

    def _wait(self, what: str, count_left: Callable[[], int], total: int) -> None:
        """Wait until nothing is left, or nothing has happened for a while: a lost file is the worker's to report."""
        least, since = total, time.monotonic()
        with tqdm(total=total, desc=what, unit="picture", disable=None) as bar:
            while (left := count_left()) and time.monotonic() < since + STUCK_SECONDS:
                if left < least:
                    least, since = left, time.monotonic()
                bar.update(total - least - bar.n)
                self._look_after_children()
                time.sleep(LOOK_SECONDS)
            bar.update(total - left - bar.n)

    def _serve(self) -> None:
        address = f"http://{HOST}:{self.port}"
        self.children["server"] = start_server(self.port)
        self._look_after_children()
        self.say(f"\n  Shop             {address}/\n  Search by photo  {address}/visual-search/")
        self.say(f"  API              {address}/api/v1/visual-search/docs/\n  Admin            {address}/admin/")
        if settings.DEBUG:
            self.say(f"  {create_admin(Path(settings.VAR_DIR) / 'demo_admin_password')}")
        self.say("\nCtrl-C ends all of it.")
        connections.close_all()
        while True:
            self._look_after_children()
            time.sleep(LOOK_SECONDS)

    def _look_after_children(self) -> None:
        """Start a worker again that ended; nothing is lost, since what is to do is in the database."""
        for name, child in list(self.children.items()):
            if not child.has_ended:
                continue
            self.restarts += 1
            if name != "worker" or self.restarts > RESTARTS_MOST:
                raise DemoFailed(f"The {name} ended. {child.log} ends with:\n{child.last_lines()}")
            self.say(f"The worker ended; it is started again ({child.log} says more).")
            child.stop()
            self.children[name] = start_worker()


def _ring_all_bells() -> None:
    """Send every periodic task once, so that nobody waits for its first turn."""
    app.finalize()
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], args=entry.get("args"), kwargs=entry.get("kwargs"), **entry.get("options", {}))


def _show_progress(items: list[Any], what: str = "Importing") -> Any:
    return tqdm(items, desc=what, unit="product", disable=None)
