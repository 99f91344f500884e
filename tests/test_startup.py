from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "torchvision", "faiss", "safetensors", "requests_hardened", "pillow_heif")


def test_checks_migrations_and_admin_load_no_heavy_library() -> None:
    program = f"""
import django, os, sys
django.setup()
from django.core.management import call_command
from django.contrib import admin
admin.autodiscover()
call_command("check", stdout=open(os.devnull, "w"))
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
print([name for name in {HEAVY} if name in sys.modules])
"""
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)

    assert done.stdout.strip() == "[]", done.stderr
