"""Installed packs (已装场景包): built-in ones, county files, and every version that was ever used."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from yiben.kernel.problems import Place, Problem, Refused, errors_of
from yiben.ledger.books import make_books
from yiben.ledger.models import PackVersion
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.accounts import succession_problems
from yiben.scenes.loader import read_pack
from yiben.scenes.model import Pack

_read: dict[str, Pack] = {}


class UnknownScene(LookupError):
    """No pack of that name is installed."""


def install_pack(pack: Pack, *, by: Person, at: datetime) -> bool:
    """Make a scene usable, or take over its newer version; False when it is there already.

    Raises Refused where the new version would make old entries unreadable: a field that goes
    missing or changes its type, or another text under a version number already used.
    """
    by.require(Action.MANAGE)
    digest = sha256(pack.source.encode()).hexdigest()
    known = PackVersion.objects.filter(scene=pack.name).order_by("-version").first()
    if known is not None:
        if known.digest == digest:
            return False
        problems = _succession_problems(pack, known)
        if problems:
            raise Refused(problems)
    # The tables come first: a crash in between leaves empty tables, which the next try finds.
    make_books(pack)
    PackVersion.objects.create(
        scene=pack.name,
        version=pack.version,
        source=pack.source,
        digest=digest,
        installed_at=at,
        officer=by.username,
    )
    return True


def _succession_problems(pack: Pack, known: PackVersion) -> list[Problem]:
    def problem(path: str, found: str, expected: str) -> Problem:
        return Problem(
            "pack-succession", found, expected, Place(file=pack.file, line=pack.line_of(path), field=path)
        )

    if pack.version <= known.version:
        return [
            problem(
                "version", f"version {pack.version}", f"a version above {known.version}: the text differs"
            )
        ]
    before = _parse(known)
    problems = []
    for old in before.every_field():
        new = pack.fields.get(old.name) if old.name in before.fields else pack.measures.get(old.name)
        section = "fields" if old.name in before.fields else "measures"
        if new is None:
            problems.append(
                problem(section, f"{old.name!r} is gone", "every earlier field (hide it, do not drop it)")
            )
        elif (new.type, new.unit, new.every) != (old.type, old.unit, old.every):
            found = f"{old.name!r} as {new.type} {new.unit} {new.every}".rstrip()
            expected = f"{old.type} {old.unit} {old.every}".rstrip() + ", or a new name for the new meaning"
            problems.append(problem(f"{section}.{old.name}", found, expected))
    if pack.key != before.key:
        problems.append(problem("key", repr(pack.key), f"the key {before.key!r}"))
    return problems + succession_problems(pack, before=before)


def installed(scene: str, *, version: int | None = None) -> Pack:
    """The newest (or the named) installed version of a scene's pack; raises UnknownScene."""
    versions = PackVersion.objects.filter(scene=scene)
    row = (versions.filter(version=version) if version else versions.order_by("-version")).first()
    if row is None:
        known = ", ".join(scene_names()) or "none yet"
        raise UnknownScene(f"found scene {scene!r}, expected one that is installed: {known}")
    return _parse(row)


def scene_names() -> list[str]:
    """The names of all installed scenes."""
    return list(PackVersion.objects.order_by("scene").values_list("scene", flat=True).distinct())


def _parse(row: PackVersion) -> Pack:
    if row.digest not in _read:
        pack, problems = read_pack(row.source, file=f"{row.scene}.yaml")
        if pack is None:
            raise Refused(errors_of(problems))
        _read[row.digest] = pack
    return _read[row.digest]
