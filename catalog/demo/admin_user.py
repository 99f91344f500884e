"""The one who may enter the demo's admin."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.contrib.auth.models import User


def create_admin(kept_in: Path) -> str:
    """Create the user "admin" with a password of its own unless there is one; return the line to show."""
    if User.objects.filter(is_superuser=True).exists():
        return f"The admin's password is in {kept_in}." if kept_in.exists() else "The admin is as you made it."
    password = secrets.token_urlsafe(12)
    kept_in.unlink(missing_ok=True)
    with open(os.open(kept_in, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password + "\n")
    User.objects.create_superuser("admin", password=password)
    return f"Log in to the admin as admin with {password} (kept in {kept_in})."
