"""The two processes of the demo: Celery's worker with its beat, and the server of pages."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

from django.conf import settings

from catalog.demo.children import Child

# FAISS and torch hang in a forked or threaded process where OpenMP starts threads of its own.
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "DJANGO_SETTINGS_MODULE": "catalog.settings", "PYTHONUNBUFFERED": "1"}
HOST = "127.0.0.1"


class PortTaken(Exception):
    """Another program listens where the demo should."""


def check_port(port: int) -> None:
    """Raise PortTaken unless the port can be listened on."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} of {HOST} cannot be used ({error.strerror}): name another, such as PORT={port + 1}."
            ) from error


def start_worker() -> Child:
    """Start one worker of both queues, with the schedule of its periodic tasks."""
    options = [
        "--pool",
        "threads",
        "--concurrency",
        "2",
        "--beat",
        "--schedule",
        settings.CELERY_BEAT_SCHEDULE_FILENAME,
    ]
    quiet = ["--loglevel", "warning", "--without-gossip", "--without-mingle", "--hostname", f"demo{os.getpid()}@%h"]
    return _start("worker", ["celery", "--app", "catalog", "worker", "--queues", queue_names(), *options, *quiet])


def queue_names() -> str:
    """Return the queues of the plug-in's tasks and of the shop's own."""
    return f"{settings.VISUALSEARCH.get('QUEUE', 'visualsearch')},{settings.CELERY_TASK_DEFAULT_QUEUE}"


def start_server(port: int) -> Child:
    """Start the server of pages, and wait until it answers or ends."""
    options = [
        "--bind",
        f"{HOST}:{port}",
        "--workers",
        "1",
        "--worker-class",
        "gthread",
        "--threads",
        "24",
        "--no-control-socket",
    ]
    server = _start("server", ["gunicorn", "catalog.wsgi:application", *options, "--log-level", "warning"])
    while not server.has_ended and not _answers(port):
        time.sleep(0.1)
    return server


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def _start(name: str, arguments: list[str]) -> Child:
    folder = Path(settings.VAR_DIR)
    return Child(
        name,
        [sys.executable, "-m", *arguments],
        log=folder / "logs" / f"{name}.log",
        folder=settings.BASE_DIR,
        environment={**_ENVIRONMENT, "VAR_DIR": str(folder)},
    )
