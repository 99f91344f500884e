"""A shop without Django's admin, or without time zones, has all the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAM = """
import django
from django.conf import settings
settings.configure(
    SECRET_KEY="x" * 50,
    INSTALLED_APPS=["django.contrib.contenttypes", "visualsearch", "django.contrib.staticfiles"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    ROOT_URLCONF="visualsearch.urls",
    STATIC_URL="/static/",
    VISUALSEARCH={"EMBEDDER": "thumbnail"},
)
django.setup()
from django.core.management import call_command
from django.template import engines
call_command("check")
call_command("migrate", verbosity=0)
print(engines["django"].from_string("{% load visualsearch %}rendered").render())
"""


def test_templates_of_a_shop_without_the_admin_are_rendered() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True)

    assert done.stdout.splitlines()[-1:] == ["rendered"], done.stderr
