from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = (
    "torch",
    "torchvision",
    "timm",
    "open_clip",
    "transformers",
    "onnxruntime",
    "openvino",
    "faiss",
    "safetensors",
    "requests_hardened",
    "pillow_heif",
)


@pytest.mark.parametrize(
    "embedder",
    [
        "thumbnail",
        "resnet50",
        {"BACKEND": "timm", "OPTIONS": {"model": "resnet50.a1_in1k"}},
        {"BACKEND": "open_clip", "OPTIONS": {"model": "RN50", "pretrained": "openai"}},
        {"BACKEND": "transformers", "OPTIONS": {"model": "facebook/dinov2-small"}},
    ],
)
@pytest.mark.parametrize("index", ["faiss", "pgvector"])
def test_checks_migrations_and_admin_load_no_heavy_library(embedder: object, index: str) -> None:
    program = f"""
import django, os, sys
from django.conf import settings
settings.VISUALSEARCH = {{**settings.VISUALSEARCH, "EMBEDDER": {embedder!r}, "INDEX": "{index}"}}
settings.SILENCED_SYSTEM_CHECKS = ["visualsearch.E032"]  # pgvector without a PostgreSQL
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
