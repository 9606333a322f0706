"""What the machine decides: which database, and where the secret lies (运行环境)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 60,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=60000; PRAGMA cache_size=-64000;",
}


class BadSetting(ValueError):
    """A setting of the environment cannot be understood."""


def database_from(url: str, *, home: Path) -> dict[str, Any]:
    """Django's database setting for `url`; an empty one means SQLite in `home`."""
    parts = urlsplit(url or f"sqlite:///{home / 'yiben.sqlite'}")
    if parts.scheme == "sqlite":
        path = Path(unquote(url).removeprefix("sqlite:///")) if url else home / "yiben.sqlite"
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": dict(SQLITE_OPTIONS)}
    if parts.scheme in ("postgres", "postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
        }
    raise BadSetting(f"YIBEN_DATABASE: found {url!r}, expected sqlite:///PATH or postgresql://USER@HOST/NAME")


def secret_from(home: Path) -> str:
    """The site's secret: made once, kept in `home` with rights for its owner only."""
    path = home / "secret"
    if given := os.environ.get("YIBEN_SECRET"):
        return given
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(48)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(made)
    return made
