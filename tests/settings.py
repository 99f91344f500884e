"""The shop's settings for tests: every run, and every process of one, writes into a folder of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="shop-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["VAR_DIR"] = _folder
for _name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "DEBUG", "SECRET_KEY", "VISUALSEARCH_EMBEDDER"):
    os.environ.pop(_name, None)
# Quick, without a library to load, and what most pictures drawn here are told apart by: colours and their places.
os.environ["VISUALSEARCH_EMBEDDER"] = "thumbnail"
# Tests ask more often than any shopper; those of the rates set their own.
os.environ["API_THROTTLED"] = "0"

from catalog.settings import *  # noqa: E402, F403
from catalog.settings import DATABASES, INSTALLED_APPS, VAR_DIR, read_database  # noqa: E402

# The whole suite on another database server, which gets a database of its own for each process of the tests.
if _server := os.environ.get("TEST_SUITE_DATABASE_URL"):
    DATABASES["default"] = read_database(_server)
else:
    # In a file, so that threads and other processes can open it too.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS = [*INSTALLED_APPS, "tests.gallery", "rest_framework_api_key"]
# No test needs a broker but those that start a real one.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
