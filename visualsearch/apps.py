"""Where Django meets the plug-in: sources are found, signals connected, checks registered."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class VisualSearchConfig(AppConfig):
    """Collects every app's `visual_sources` module; loads no model and no index."""

    name = "visualsearch"
    verbose_name = _("Visual search")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Find the sources and listen to their models."""
        from visualsearch import checks, receivers, running_checks, worker

        autodiscover_modules("visual_sources")
        receivers.connect()
        checks.connect()
        running_checks.connect()
        worker.connect()
