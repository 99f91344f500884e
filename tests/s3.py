"""A server that speaks S3, in a thread of the tests, and a storage of django-storages on a bucket of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

BUCKET = "snapshots"


@contextmanager
def s3_server() -> Iterator[str]:
    """Yield the address of a server with one empty bucket; skips the test where moto or django-storages is missing."""
    pytest.importorskip("storages.backends.s3", reason="django-storages[s3] is not installed.")
    server = pytest.importorskip("moto.server", reason="moto[server] is not installed.")
    import boto3

    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        address = f"http://{host}:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=address,
            aws_access_key_id="tests",
            aws_secret_access_key="tests",
            region_name="us-east-1",
        )
        client.create_bucket(Bucket=BUCKET)
        yield address
    finally:
        running.stop()


def s3_storage(address: str) -> dict[str, Any]:
    """Return what STORAGES says of the bucket."""
    options = {"bucket_name": BUCKET, "endpoint_url": address, "access_key": "tests", "secret_key": "tests"}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**options, "region_name": "us-east-1"}}
