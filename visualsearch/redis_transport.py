"""Redis as Celery's broker, in such a way that a worker outlives the loss of it in the middle of a task.

Celery 5.7.0 closes a lost connection twice. Kombu's channel stops at the first error of its pending read and stays half
open; the second time it wants to give unfinished messages back over a connection that is gone, and the worker ends with
"Unrecoverable error: AttributeError".
"""

from __future__ import annotations

from kombu.transport import redis


class Channel(redis.Channel):
    """Is closed after `close`, also where the server has gone."""

    def close(self) -> None:
        """Close it wholly; raises the transport's error of connection where the server could not be told."""
        try:
            super().close()
        except redis.Transport.connection_errors:
            # The pending read is over now, so that this one comes to the end.
            super().close()
            raise


class Transport(redis.Transport):
    """The transport of `redis://` and `rediss://`; the project's celery.py says so to kombu."""

    Channel = Channel
