"""Changing units, officers and duties (单位与人员管理): each change leaves a line in the audit."""

from __future__ import annotations

import re
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from yiben.kernel.problems import Place, Problem, Refused
from yiben.people import second_factor, tokens
from yiben.people.access import Person
from yiben.people.models import AuditEvent, Duty, Officer, Unit
from yiben.people.roles import Action, Role

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,59}")
MAX_UNIT_NAME, MAX_OFFICER_NAME = 120, 60


def add_unit(code: str, *, name: str, name_en: str = "", parent: str = "", by: Person, at: datetime) -> Unit:
    """A new unit below another one (or at the top). Raises Refused, NotAllowed."""
    by.require(Action.MANAGE)
    above = Unit.objects.filter(code=parent).first() if parent else None
    problems = [
        *_unless(bool(CODE.fullmatch(code)), "unit-code", code, "1 to 40 letters, digits, . _ -", "code"),
        *_unless(0 < len(name) <= MAX_UNIT_NAME, "unit-name", name, "1 to 120 characters", "name"),
        *_unless(not parent or above is not None, "unit-parent", parent, "the code of a unit", "parent"),
        *_unless(not Unit.objects.filter(code=code).exists(), "unit-code-taken", code, "a new code", "code"),
        *_unless(not Unit.objects.filter(name=name).exists(), "unit-name-taken", name, "a new name", "name"),
    ]
    if problems:
        raise Refused(problems)
    unit = Unit.objects.create(code=code, name=name, name_en=name_en[:200], parent=above)
    _note(by, at, "unit-added", f"{code} {name}" + (f" below {parent}" if parent else ""))
    return unit


def add_officer(username: str, *, name: str, unit: str, password: str, by: Person, at: datetime) -> Officer:
    """A new officer without duties. Raises Refused, NotAllowed."""
    by.require(Action.MANAGE)
    home = Unit.objects.filter(code=unit).first()
    taken = Officer.objects.filter(username=username).exists()
    problems = [
        *_unless(
            bool(USERNAME.fullmatch(username)), "username", username, "letters, digits, . _ @ -", "username"
        ),
        *_unless(0 < len(name) <= MAX_OFFICER_NAME, "officer-name", name, "1 to 60 characters", "name"),
        *_unless(home is not None, "officer-unit", unit, "the code of a unit", "unit"),
        *_unless(not taken, "username-taken", username, "a new username", "username"),
        *_password_problems(password, Officer(username=username, name=name)),
    ]
    if problems or home is None:
        raise Refused(problems)
    officer = Officer.objects.create_officer(username, name=name, unit=home, password=password)
    _note(by, at, "officer-added", f"{username} {name} of {unit}")
    return officer


def set_password(username: str, *, password: str, by: Person, at: datetime) -> None:
    """A new password for somebody who forgot theirs; also ends a lock-out."""
    by.require(Action.MANAGE)
    officer = officer_called(username)
    if problems := _password_problems(password, officer):
        raise Refused(problems)
    officer.set_password(password)
    officer.failed_sign_ins, officer.locked_until = 0, None
    officer.save()
    _note(by, at, "password-set", username)


def set_active(username: str, *, is_active: bool, by: Person, at: datetime) -> None:
    """Let an officer in, or keep them out; what they recorded stays theirs."""
    by.require(Action.MANAGE)
    officer = officer_called(username)
    if username == by.username and not is_active:
        raise Refused([Problem("officer-self", username, "somebody else", Place(field="username"))])
    officer.is_active = is_active
    officer.save(update_fields=["is_active"])
    _note(by, at, "officer-opened" if is_active else "officer-closed", username)


def give_duty(username: str, *, role: str, unit: str, by: Person, at: datetime) -> None:
    """Give an officer a role for a unit and those below it."""
    by.require(Action.MANAGE)
    officer, where = officer_called(username), Unit.objects.filter(code=unit).first()
    problems = [
        *_unless(role in {one.value for one in Role}, "duty-role", role, ", ".join(Role), "role"),
        *_unless(where is not None, "duty-unit", unit, "the code of a unit", "unit"),
    ]
    if problems or where is None:
        raise Refused(problems)
    _, is_new = Duty.objects.get_or_create(officer=officer, role=role, unit=where)
    if is_new:
        _note(by, at, "duty-given", f"{username}: {role} for {unit}")


def take_duty(duty: int, *, by: Person, at: datetime) -> None:
    """Take a duty away."""
    by.require(Action.MANAGE)
    held = Duty.objects.filter(pk=duty).select_related("officer", "unit").first()
    if held is None:
        raise Refused([Problem("duty-unknown", str(duty), "a duty that is held")])
    if held.officer.username == by.username and held.role == Role.ADMINISTRATOR:
        raise Refused([Problem("officer-self", by.username, "somebody else", Place(field="username"))])
    held.delete()
    _note(by, at, "duty-taken", f"{held.officer.username}: {held.role} for {held.unit.code}")


def end_tokens(username: str, *, by: Person, at: datetime) -> None:
    """End every token of an officer: a program or machine was lost."""
    tokens.end_every_token(officer_called(username), by=by, at=at)


def end_second_factor(username: str, *, by: Person, at: datetime) -> None:
    """Turn an officer's second factor off: the phone was lost; they set up another one."""
    by.require(Action.MANAGE)
    second_factor.end(officer_called(username), by=by, at=at)


def officer_called(username: str) -> Officer:
    """The officer with a username. Raises Refused."""
    officer = Officer.objects.filter(username=username).first()
    if officer is None:
        raise Refused([Problem("officer-unknown", username, "an officer", Place(field="username"))])
    return officer


def _unless(holds: bool, code: str, found: str, expected: str, field: str) -> list[Problem]:
    return [] if holds else [Problem(code, repr(found), expected, Place(field=field))]


def _password_problems(password: str, officer: Officer) -> list[Problem]:
    try:
        validate_password(password, officer)
    except ValidationError as error:
        return [
            Problem("password", "a weak password", text, Place(field="password")) for text in error.messages
        ]
    return []


def _note(by: Person, at: datetime, event: str, detail: str) -> None:
    AuditEvent.objects.create(at=at, officer=by.username, event=event, detail=detail)
