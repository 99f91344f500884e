"""The shop: a small real storefront around the plug-in, and the host project of its commands and tests."""

from __future__ import annotations

from catalog.celery import app as celery_app

__all__ = ["celery_app"]
