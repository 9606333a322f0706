"""A backup is whole, portable and checked; a damaged one leaves nothing behind."""

from __future__ import annotations

import json
import os
import random
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from children import Tell, start
from databases import START, Book, County, code, switch_to
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused

PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400


@pytest.fixture
def written(county: County) -> County:
    """A county with something in every table that a backup holds."""
    from yiben.ledger.attachments import store
    from yiben.ledger.models import Incoming
    from yiben.ledger.seals import seal
    from yiben.people.models import AuditEvent

    county.record(
        *(county.project(number, land=f"{number}.25", provincial=bool(number % 2)) for number in range(1, 40))
    )
    county.record(county.only(1, land=None, content='引号" 换行\n 反斜杠\\ 空\u2028'), why="更正", at=START)
    county.record(
        county.only(2, kind="withdraw"), county.only(3, kind="period", slot="2026-01", invested="-1.5")
    )
    county.record(county.only(3, kind="node", slot="start", planned_on="2026-03-01"))
    county.record(county.only(3, kind="exemption", slot="late", reason="汛期", nul="\x00"))
    kept = store(PHOTO, name="现场.png", by=county.system, at=START)
    Incoming.objects.create(
        scene="projects", attachment=kept.digest, name="a.xlsx", officer="clerk", received_at=START
    )
    AuditEvent.objects.create(at=START.replace(microsecond=7), officer="clerk", event="sign-in")
    seal(Period.of("2026-01"), by=county.system, at=START.replace(month=2))
    county.record(county.project(100))
    return county


@pytest.fixture
def make_backup(written: County, tmp_path: Path) -> Callable[[], Path]:
    """Makes a backup of the written county."""
    from yiben.ledger.backup import backup

    def make() -> Path:
        path = tmp_path / "county.zip"
        backup(path, by=written.person("admin"), at=START)
        return path

    return make


@pytest.fixture
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Book]]:
    """Opens an empty, migrated ledger on a named backend and makes it the one at hand."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def open_empty(backend: str) -> Book:
            home = tmp_path / f"target-{backend}"
            home.mkdir()
            templates = request.getfixturevalue(f"{backend}_templates")
            url = stack.enter_context(templates.copy(home, county=False))
            switch_to(url, home=home)
            return Book(backend, url, home)

        yield open_empty
        switch_to("", home=request.getfixturevalue("django_ready"))


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of journal, people and projections; projections without their row numbers."""
    from django.apps import apps

    from yiben.ledger.books import books_of
    from yiben.ledger.models import MarkVersion, NodeVersion
    from yiben.ledger.packs import installed, scene_names

    found: dict[str, list[tuple[Any, ...]]] = {}
    for config in apps.get_app_configs():
        if config.name.startswith("yiben."):
            for model in config.get_models():
                if model not in (MarkVersion, NodeVersion):
                    found[model._meta.db_table] = list(model._default_manager.order_by("pk").values_list())
    projections = [
        MarkVersion,
        NodeVersion,
        *(book for name in scene_names() for book in books_of(installed(name))),
    ]
    for model in projections:
        rows = model._default_manager.order_by().values_list()
        found[model._meta.db_table] = sorted((row[1:] for row in rows), key=repr)
    return found


def counts() -> int:
    from yiben.ledger.archive import kept_models

    return sum(model._default_manager.count() for model in kept_models())


@pytest.mark.parametrize("onto", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_restored_ledger_is_the_same_on_either_database(
    written: County, make_backup: Callable[[], Path], target: Callable[[str], Book], onto: str
) -> None:
    from yiben.ledger.attachments import load
    from yiben.ledger.models import Attachment
    from yiben.ledger.record import head
    from yiben.ledger.restore import inspect, restore
    from yiben.ledger.verify import verify
    from yiben.people.models import AuditEvent, Officer, Unit

    before, path = everything(), make_backup()
    filled = {name for name, rows in before.items() if rows}
    assert filled >= {f"ledger_{name}" for name in ("transaction", "entry", "seal", "attachment", "incoming")}
    assert filled >= {
        "people_unit",
        "people_duty",
        "people_auditevent",
        "book_projects",
        "ledger_markversion",
    }
    target(onto)
    manifest = restore(path)
    assert everything() == before
    assert verify().head == manifest.head and verify().clean
    assert inspect(path) == manifest
    assert load(Attachment.objects.get().digest) == PHOTO
    # Life goes on: numbers that the database gives come behind those that were restored.
    assert written.record(written.project(200), seen=head()).created == 1
    AuditEvent.objects.create(at=START, officer="clerk", event="sign-in")
    Officer.objects.create_officer("later", name="后来", unit=Unit.objects.get(code="DRC"))
    assert verify().clean


def test_the_manifest_tells_what_is_inside(written: County, make_backup: Callable[[], Path]) -> None:
    from yiben.ledger.models import Transaction
    from yiben.ledger.restore import inspect

    path = make_backup()
    manifest = inspect(path)
    assert manifest.head == Transaction.objects.order_by("-id").first().digest
    assert (manifest.transactions, manifest.seals, manifest.faults, manifest.lost) == (6, 1, (), ())
    rows = {member.name: member.rows for member in manifest.members}
    assert rows["tables/ledger_entry.jsonl"] == manifest.entries == 45
    assert rows["tables/people_officer.jsonl"] == 9
    assert not [name for name in rows if "version" in name and "pack" not in name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.glob("*.part")] == []


def test_only_administrators_make_backups_and_never_over_another(written: County, tmp_path: Path) -> None:
    from yiben.ledger.backup import backup
    from yiben.people.access import NotAllowed

    for username in ("clerk", "leader", "auditor", "transport"):
        with pytest.raises(NotAllowed):
            backup(tmp_path / "a.zip", by=written.person(username), at=START)
    (tmp_path / "a.zip").write_bytes(b"last year's")
    with pytest.raises(FileExistsError):
        backup(tmp_path / "a.zip", by=written.person("admin"), at=START)
    assert (tmp_path / "a.zip").read_bytes() == b"last year's"


def test_a_backup_that_cannot_be_finished_leaves_no_file(
    written: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yiben.ledger import backup as room

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(room, "_write_file", fail)
    with pytest.raises(OSError, match="no space"):
        room.backup(tmp_path / "a.zip", by=written.system, at=START)
    assert [path.name for path in tmp_path.iterdir() if "zip" in path.name] == []
    assert written.record(written.project(300)).created == 1


def test_lost_files_and_faults_stand_in_the_manifest(written: County, tmp_path: Path) -> None:
    from django.db import connection

    from yiben.ledger.backup import backup
    from yiben.ledger.models import Attachment

    digest = Attachment.objects.get().digest
    (written.home / "files" / digest[:2] / digest).write_bytes(b"damaged")
    assert backup(tmp_path / "a.zip", by=written.system, at=START).lost == (digest,)
    with connection.cursor() as cursor:
        if written.backend == "postgres":
            cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER ledger_entry_no_update")
        cursor.execute("UPDATE ledger_entry SET facts = '{}' WHERE id = 5")
    made = backup(tmp_path / "b.zip", by=written.system, at=START)
    assert "entry 5 of transaction 1" in made.faults[0]


def test_a_backup_taken_while_others_record_is_one_moment(
    county: County, tmp_path: Path, target: Callable[[str], Book]
) -> None:
    from yiben.ledger.backup import backup
    from yiben.ledger.restore import restore
    from yiben.ledger.verify import verify

    county.record(*(county.project(number) for number in range(3000)))

    def write_on(tell: Tell) -> None:
        number = 10_000
        while True:
            county.record(county.project(number), county.project(number + 1), at=START)
            number += 2
            tell(str(number))

    child = start(write_on)
    child.first_line()
    manifest = backup(tmp_path / "a.zip", by=county.system, at=START)
    child.kill()
    assert not [line for line in child.lines() if line.startswith("FAILED")]
    assert manifest.faults == ()
    assert manifest.entries == 3000 + 2 * (manifest.transactions - 1)
    assert verify().transactions >= manifest.transactions > 1
    target(county.backend)
    assert restore(tmp_path / "a.zip").head == manifest.head


def test_a_restore_needs_an_empty_database(written: County, make_backup: Callable[[], Path]) -> None:
    from yiben.ledger.restore import restore

    path, before = make_backup(), everything()
    with pytest.raises(Refused) as refused:
        restore(path)
    assert refused.value.problems[0].code == "backup-target"
    assert everything() == before


def rewrite(path: Path, change: Callable[[dict[str, bytes]], None], *, resign: bool = False) -> None:
    """Write the archive anew with changed members; `resign` makes the manifest agree again."""
    from hashlib import sha256

    with zipfile.ZipFile(path) as zipped:
        members = {info.filename: zipped.read(info) for info in zipped.infolist()}
    change(members)
    if resign:
        manifest = json.loads(members["manifest.json"])
        manifest["members"] = [
            {"name": name, "size": len(data), "sha256": sha256(data).hexdigest(), "rows": 0}
            for name, data in members.items()
            if name != "manifest.json"
        ]
        members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in members.items():
            zipped.writestr(name, data)


ENTRY = "tables/ledger_entry.jsonl"


def put(name: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda members: members.__setitem__(name, data)


def edit(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        assert old in members[name]
        members[name] = members[name].replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("change", "resign", "codes"),
    [
        (put("../../evil.txt", b"x"), False, "backup-member"),
        (put("../../evil.txt", b"x"), True, "backup-member"),
        (put("/etc/evil", b"x"), True, "backup-member"),
        (put("tables/../evil.jsonl", b"x"), True, "backup-member"),
        (put("tables/auth_user.jsonl", b"{}"), True, "backup-member"),
        (put("tables/book_projects.jsonl", b"{}"), True, "backup-member"),
        (put("files/" + "0" * 64, b"x"), True, "backup-member"),
        (put("files/" + "0" * 64, b"x"), False, "backup-member"),
        (lambda members: members.pop(ENTRY), False, "backup-member"),
        (lambda members: members.pop("manifest.json"), False, "backup-manifest"),
        (put("manifest.json", b"[]"), False, "backup-manifest"),
        (put("manifest.json", b"{}"), False, "backup-manifest"),
        (put("manifest.json", b"\xff"), False, "backup-manifest"),
        (edit("manifest.json", b'"version": 1', b'"version": 2'), False, "backup-manifest"),
        (edit("manifest.json", b'"size": ', b'"size": "1", "rows": 1, "x": '), False, "backup-manifest"),
        (edit(ENTRY, b"1.25", b"2.25"), False, "backup-member"),
        (edit(ENTRY, b"1.25", b"2.25"), True, "backup-journal"),
        (edit("tables/ledger_transaction.jsonl", b"2026-01-05T01", b"2026-01-05T02"), True, "backup-journal"),
        (lambda members: members.pop(ENTRY), True, "backup-journal"),
        (put("tables/ledger_seal.jsonl", b""), True, "backup-head"),
        (edit(ENTRY, b'"facts"', b'"fakts"'), True, "backup-columns"),
        (edit(ENTRY, b'{"id":1,', b'{"id":1,"more":2,'), True, "backup-columns"),
        (edit(ENTRY, b'{"id":2,', b'{"id":1,'), True, "backup-rows"),
        (edit(ENTRY, b'{"id":1,', b'{"id":"one",'), True, "backup-rows"),
        (edit(ENTRY, b"{", b""), True, "backup-rows"),
        (edit(ENTRY, b"field", b"\xff"), True, "backup-rows"),
        (edit("tables/people_officer.jsonl", b'"unit_id":1', b'"unit_id":77'), True, "backup-rows"),
        (edit("tables/people_auditevent.jsonl", b"2026-01-05", b"some day"), True, "backup-rows"),
    ],
)
def test_a_changed_archive_is_refused_and_leaves_nothing(
    written: County,
    make_backup: Callable[[], Path],
    target: Callable[[str], Book],
    tmp_path: Path,
    change: Callable[[dict[str, bytes]], None],
    resign: bool,
    codes: str,
) -> None:
    from yiben.ledger.restore import restore

    path = make_backup()
    rewrite(path, change, resign=resign)
    new = target(written.backend)
    with pytest.raises(Refused) as refused:
        restore(path)
    assert [problem.code for problem in refused.value.problems] == [codes]
    assert refused.value.problems[0].place.file == "county.zip"
    assert counts() == 0
    assert not [one for one in (new.home / "files").rglob("*") if one.is_file()]
    assert not list(tmp_path.parent.rglob("evil*"))


def test_the_same_member_twice_is_refused(written: County, make_backup: Callable[[], Path]) -> None:
    from yiben.ledger.restore import inspect

    path = make_backup()
    with zipfile.ZipFile(path, "a") as zipped, pytest.warns(UserWarning, match="Duplicate"):
        zipped.writestr(ENTRY, zipped.read(ENTRY))
    with pytest.raises(Refused, match="2 times in the archive"):
        inspect(path)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_no_damaged_byte_gets_through(
    written: County, make_backup: Callable[[], Path], target: Callable[[str], Book]
) -> None:
    """Whatever byte of the file changes: it is refused with nothing written, or changes nothing."""
    from yiben.ledger.restore import inspect

    path = make_backup()
    whole, manifest, dice = path.read_bytes(), inspect(path), random.Random(3)
    places = [*range(60), *range(len(whole) - 60, len(whole)), *dice.sample(range(len(whole)), 200)]
    refused = 0
    for place in places:
        path.write_bytes(
            whole[:place] + bytes([whole[place] ^ (1 << dice.randrange(8))]) + whole[place + 1 :]
        )
        try:
            assert inspect(path) == manifest
        except Refused as refusal:
            assert refusal.problems[0].code.startswith("backup-")
            refused += 1
    assert refused > 150
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(Refused):
            inspect(path)
    os.unlink(path)
    with pytest.raises(Refused):
        inspect(path)


def test_a_pack_of_many_versions_comes_back(
    county: County, tmp_path: Path, target: Callable[[str], Book]
) -> None:
    from dataclasses import replace

    from yiben.ledger.backup import backup
    from yiben.ledger.frames import frame
    from yiben.ledger.packs import install_pack, installed
    from yiben.ledger.restore import restore
    from yiben.scenes.loader import read_pack

    county.record(county.project(1))
    text = county.pack.source.replace("version: 1", "version: 2", 1).replace(
        "  provincial:", "  colour_of_roof: {type: text, label: {zh: 屋顶颜色}}\n  provincial:"
    )
    pack, problems = read_pack(text, file="projects.yaml")
    assert pack is not None, problems
    install_pack(pack, by=county.system, at=START)
    county.record(county.only(1, colour_of_roof="红"), pack=replace(pack))
    backup(tmp_path / "a.zip", by=county.system, at=START)
    target(county.backend)
    restore(tmp_path / "a.zip")
    (row,) = frame(installed("projects")).to_pylist()
    assert (row["subject"], row["colour_of_roof"]) == (code(1), "红")
