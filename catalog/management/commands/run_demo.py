"""Make the shop, its worker and its server, and end all of it together."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.demo.processes import PortTaken
from catalog.demo.run import Demo, DemoFailed
from catalog.demo.signals import Stopped, stop_on_signal
from catalog.feeds import FeedError


class Command(BaseCommand):
    """Run the demo; PORT, DATA and SERVE come from the environment."""

    help = (
        "Fill the shop, start a worker, wait for the index, serve. Environment: PORT, DATA (a CSV or folder), SERVE=0."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal comes; afterwards nothing is left running."""
        demo = Demo(port=_read_port(), data=_read_data(), serve=os.environ.get("SERVE", "1") != "0", say=self._say)
        try:
            with stop_on_signal():
                demo.run()
        except Stopped as stopped:
            self._say("\nStopped; nothing is left running.")
            if not demo.is_serving:
                sys.exit(stopped.exit_status)
        except (DemoFailed, FeedError, PortTaken) as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _read_port() -> int:
    text = os.environ.get("PORT", "") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise CommandError(f"PORT is '{text}'; expected a number from 1 to 65535.")
    return int(text)


def _read_data() -> Path | None:
    text = os.environ.get("DATA", "")
    if text and not Path(text).exists():
        raise CommandError(f"DATA names {text}, which does not exist.")
    return Path(text) if text else None
