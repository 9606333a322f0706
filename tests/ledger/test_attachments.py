"""Files are kept by what they are, and never come back as something else."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from databases import START, County
from yiben.kernel.problems import Refused

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture
def backend() -> str:
    """The files lie beside the database, whichever it is."""
    return "sqlite"


def files(county: County) -> list[Path]:
    return [path for path in (county.home / "files").rglob("*") if path.is_file()]


def test_the_same_bytes_are_kept_once(county: County) -> None:
    from yiben.ledger.attachments import load, store

    one = store(PNG, name="a.png", by=county.system, at=START)
    two = store(PNG, name="b.png", by=county.person("clerk"), at=START)
    assert one == two and one.digest == sha256(PNG).hexdigest()
    assert (two.name, two.size, two.kind, two.officer) == ("a.png", 28, "png", "system")
    assert load(one.digest) == PNG
    assert [path.name for path in files(county)] == [one.digest]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("月报.xlsx", "月报.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/absolute/a.txt", "a.txt"),
        ("C:\\b.txt", "b.txt"),
        ("x" * 300 + ".txt", "x" * 255),
    ],
)
def test_a_name_is_never_a_path(county: County, name: str, kept: str) -> None:
    from yiben.ledger.attachments import store

    assert store(b"text", name=name, by=county.system, at=START).name == kept
    assert all(path.parent.parent == county.home / "files" for path in files(county))


@pytest.mark.parametrize("name", ["", ".", "..", "../..", "a/..", "a\x00.txt", "a\n.txt", "\ud800.txt"])
def test_a_name_that_is_none_is_refused(county: County, name: str) -> None:
    from yiben.ledger.attachments import store

    with pytest.raises(Refused) as refused:
        store(b"text", name=name, by=county.system, at=START)
    assert refused.value.problems[0].code == "file-name"
    assert not (county.home / "files").exists()


@pytest.mark.parametrize(
    "digest", ["", "../../yiben.sqlite", "0" * 63, "0" * 65, "G" * 64, "ABCDEF" + "0" * 58, "../" + "0" * 61]
)
def test_only_a_digest_opens_a_file(county: County, digest: str) -> None:
    from yiben.ledger.attachments import load

    with pytest.raises(FileNotFoundError):
        load(digest)


def test_a_damaged_file_is_told_and_mended_by_its_like(county: County) -> None:
    from yiben.ledger.attachments import AttachmentDamaged, load, store

    kept = store(PNG, name="a.png", by=county.system, at=START)
    (path,) = files(county)
    for damage in (b"", PNG[:-1], PNG[:-1] + b"\x01"):
        path.write_bytes(damage)
        with pytest.raises(AttachmentDamaged):
            load(kept.digest)
        store(PNG, name="a.png", by=county.system, at=START)
        assert load(kept.digest) == PNG


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "png"), (b"\xff\xd8\xff\xe0", "jpeg"), (b"%PDF-1.7", "pdf"), (b"PK\x03\x04rest", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"PAR1", "parquet"), (b"RIFF\x00\x00\x00\x00WEBP", "webp"),
        (b"\x00\x00\x00\x18ftypheic", "heic"), ("项目,投资".encode(), "text"), (b"MZ\x00\x00", "unknown"),
    ],
)  # fmt: skip
def test_the_kind_is_told_by_the_bytes(data: bytes, kind: str) -> None:
    from yiben.ledger.attachments import kind_of

    assert kind_of(data) == kind


def test_size_and_kind_are_checked(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    from yiben.ledger import attachments

    monkeypatch.setattr(attachments, "MAX_BYTES", 10)
    for data, problem in ((b"", "file-size"), (b"x" * 11, "file-size"), (b"text", "file-kind")):
        with pytest.raises(Refused) as refused:
            attachments.store(
                data,
                name="a.png",
                by=county.system,
                at=START,
                kinds=frozenset({"png", "text"} - ({"text"} if data == b"text" else set())),
            )
        assert [one.code for one in refused.value.problems] == [problem]
    assert not (county.home / "files").exists()
