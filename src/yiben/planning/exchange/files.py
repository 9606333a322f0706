"""Any plan file by its ending (读取任意计划文件)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from yiben.kernel.problems import Place, Problem
from yiben.planning.calendar import WorkingCalendar
from yiben.planning.exchange import mspdi, planfile, psplib, sheet, xer
from yiben.planning.exchange.drafts import Draft, plan_of
from yiben.planning.exchange.psplib import Instance
from yiben.planning.plan import Plan

ENDINGS = (".yaml", ".yml", ".xlsx", ".xml", ".xer", ".sm", ".rcp", ".sch")
_TOO_LARGE = 300_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file holds: a plan (with its draft where it is one of ours) or a test network."""

    plan: Plan | None = None
    draft: Draft | None = None
    instance: Instance | None = None
    goal: str = ""


def read(
    content: bytes, *, file: str, calendar: WorkingCalendar, start: date | None = None
) -> tuple[Loaded | None, list[Problem]]:
    """The content of a plan file; `start` is for files that leave their start open."""
    ending = PurePath(file).suffix.lower()
    if len(content) > _TOO_LARGE:
        found = f"{len(content)} bytes"
        return None, [Problem("file-too-large", found, f"at most {_TOO_LARGE}", Place(file=file))]
    if ending in (".yaml", ".yml", ".xlsx"):
        return _ours(content, ending, file, calendar, start)
    if ending in (".sm", ".rcp", ".sch"):
        instance, problems = psplib.read(content, file=file)
        return (None if instance is None else Loaded(instance=instance)), problems
    if ending in (".xml", ".xer"):
        plan, problems = (mspdi if ending == ".xml" else xer).read(content, file=file)
        return (None if plan is None else Loaded(plan=plan)), problems
    expected = f"a file ending in {', '.join(ENDINGS)}"
    return None, [Problem("unknown-file", ending or "no ending", expected, Place(file=file))]


def _ours(
    content: bytes, ending: str, file: str, calendar: WorkingCalendar, start: date | None
) -> tuple[Loaded | None, list[Problem]]:
    if ending == ".xlsx":
        draft, problems = sheet.read(content, file=file)
    else:
        try:
            draft, problems = planfile.read(content.decode("utf-8-sig"), file=file)
        except UnicodeDecodeError as error:
            place = Place(file=file, start=error.start, end=error.end)
            return None, [Problem("not-utf8", repr(content[error.start : error.end]), "UTF-8 text", place)]
    if draft is None:
        return None, problems
    plan, more = plan_of(draft, calendar=calendar, file=file, default_start=start)
    if plan is None:
        return None, [*problems, *more]
    goal = draft.goal or plan.nodes[-1].key
    return Loaded(plan=plan, draft=draft, goal=goal), [*problems, *more]
