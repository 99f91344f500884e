"""The shop's settings, each read in a process of its own."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from django.conf import settings

SHOW = "from django.conf import settings as s; print({})"


def _show(expression: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SHOW.format(expression)]
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "catalog.settings"}
    return subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False
    )


def test_secret_key_is_made_once_and_readable_by_its_owner_only(shop_environment, tmp_path):
    first, second = (_show("s.SECRET_KEY", shop_environment).stdout for _ in range(2))

    assert first == second
    assert len(first.strip()) >= 50
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600


def test_whatever_a_run_writes_is_for_its_owner_alone(shop_environment, tmp_path):
    write = "(call_command('migrate', verbosity=0), default_storage.save('a/b.txt', ContentFile(b'x')), len(s.LINES))"
    prepare = (
        "import django; django.setup(); from django.core.management import call_command; "
        "from django.core.files.storage import default_storage; from django.core.files.base import ContentFile; "
    )
    for name in ("logs", "of-somebody-else"):
        (tmp_path / "var" / name).mkdir(parents=True)
        (tmp_path / "var" / name).chmod(0o755)
    (tmp_path / "var" / "db.sqlite3").touch()
    (tmp_path / "var" / "db.sqlite3").chmod(0o644)

    command = [sys.executable, "-c", prepare + SHOW.format(write)]
    environment = {**shop_environment, "DJANGO_SETTINGS_MODULE": "catalog.settings"}
    subprocess.run(command, env=environment, cwd=settings.BASE_DIR, check=True, timeout=60, umask=0o022)

    written = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "var").rglob("*")}
    assert {path.name for path, mode in written.items() if mode & 0o077} == {"of-somebody-else"}
    assert {"db.sqlite3", "b.txt", "secret_key", "logs", "media"} <= {path.name for path in written}


def test_empty_secret_key_file_is_told_in_one_sentence(shop_environment, tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret_key").touch()

    assert "is empty: delete it for a new key, or set SECRET_KEY." in _show("s.DEBUG", shop_environment).stderr


def test_folder_that_cannot_be_made_is_told(shop_environment, tmp_path):
    (tmp_path / "var").touch()

    assert "ImproperlyConfigured: VAR_DIR cannot be made" in _show("s.DEBUG", shop_environment).stderr


def test_everything_that_a_run_writes_lies_in_one_folder(shop_environment, tmp_path):
    written = (
        "[s.DATABASES['default']['NAME'], s.MEDIA_ROOT, s.STATIC_ROOT, s.VISUALSEARCH['DIRECTORY'],"
        " s.CELERY_BEAT_SCHEDULE_FILENAME, *[v for k, v in s.CELERY_BROKER_TRANSPORT_OPTIONS.items() if 'folder' in k]]"
    )
    shown = _show(f"*map(str, {written}), sep=chr(10)", shop_environment).stdout.split()

    assert len(shown) == 9
    assert all(Path(path).is_relative_to(tmp_path / "var") for path in shown)


def test_without_any_environment_debug_is_off_and_only_this_machine_may_ask(shop_environment):
    del shop_environment["DEBUG"]

    assert _show("s.DEBUG, s.ALLOWED_HOSTS", shop_environment).stdout == "False ['localhost', '127.0.0.1', '[::1]']\n"


def test_https_switches_secure_cookies_on(shop_environment):
    shown = _show("s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0", shop_environment).stdout
    secure = _show(
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0", {**shop_environment, "HTTPS": "1"}
    ).stdout

    assert (shown, secure) == ("False False False\n", "True True True\n")


def test_redis_gets_its_own_broker_options(shop_environment):
    shop_environment["BROKER_URL"] = "redis://localhost/5"

    shown = _show("s.CELERY_BROKER_TRANSPORT_OPTIONS['socket_connect_timeout']", shop_environment).stdout

    assert shown == "2\n"
