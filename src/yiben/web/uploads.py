"""Files between preview and confirmation (待确认文件): kept on disk for their sender, for a day."""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

KEPT_SECONDS = 24 * 3600
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,40}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent and waits for its sender's word."""

    token: str
    name: str
    officer: str
    scene: str
    period: str
    hold_back: bool
    data: bytes


def _folder() -> Path:
    folder = Path(settings.HOME) / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def safe_name(name: str) -> str:
    """A file's name without any path, for showing and for the record."""
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[\x00-\x1f\x7f]", "", last).strip(". ")[:120] or "file"


def keep(data: bytes, *, name: str, officer: str, scene: str, period: str, hold_back: bool) -> Upload:
    """Keep a file under a token that nobody can guess; throws away what is a day old."""
    folder = _folder()
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > KEPT_SECONDS:
            old.unlink(missing_ok=True)
    upload = Upload(secrets.token_urlsafe(18), safe_name(name), officer, scene, period, hold_back, data)
    head = {
        "name": upload.name,
        "officer": officer,
        "scene": scene,
        "period": period,
        "hold_back": hold_back,
    }
    (folder / f"{upload.token}.json").write_text(json.dumps(head), encoding="utf-8")
    (folder / f"{upload.token}.bin").write_bytes(data)
    return upload


def find(token: str, *, officer: str, scene: str) -> Upload | None:
    """The file kept under a token, if this officer sent it for this scene."""
    if not TOKEN.fullmatch(token):
        return None
    try:
        head = json.loads((_folder() / f"{token}.json").read_text(encoding="utf-8"))
        data = (_folder() / f"{token}.bin").read_bytes()
    except FileNotFoundError:
        return None
    upload = Upload(token, data=data, **head)
    return upload if (upload.officer, upload.scene) == (officer, scene) else None


def drop(token: str) -> None:
    """Throw a kept file away."""
    for ending in ("json", "bin"):
        (_folder() / f"{token}.{ending}").unlink(missing_ok=True)
