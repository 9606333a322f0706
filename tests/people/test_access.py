"""Who may do what, for which units."""

from __future__ import annotations

import pytest

from databases import County
from yiben.people.roles import COUNTY_WIDE, RIGHTS, ROLE_LABELS, Action, Role


@pytest.fixture
def backend() -> str:
    """Rights are read by plain queries that both databases answer alike."""
    return "sqlite"


def test_every_role_has_a_name_and_rights() -> None:
    assert set(ROLE_LABELS) == set(RIGHTS) == set(Role)
    assert all(Action.READ in rights for rights in RIGHTS.values())
    assert Role.CLERK.label == "发改局经办"


def test_whoever_judges_the_system_does_not_write_in_it() -> None:
    for role in (Role.LEADER, Role.ADMINISTRATOR, Role.AUDITOR):
        assert not RIGHTS[role] & {Action.RECORD, Action.IMPORT, Action.FILE, Action.SEAL}
    assert [role for role in Role if Action.MANAGE in RIGHTS[role]] == [Role.ADMINISTRATOR]
    assert [role for role in Role if Action.SEAL in RIGHTS[role]] == [Role.CLERK]
    assert {Role.CLERK, Role.LEADER, Role.ADMINISTRATOR, Role.AUDITOR} == COUNTY_WIDE


def test_a_filer_reaches_the_own_unit_and_those_below(county: County) -> None:
    filer = county.person("transport")
    assert filer.reach(Action.FILE) == {"TRANSPORT", "ROADS"}
    assert filer.may(Action.FILE, unit="ROADS") and not filer.may(Action.FILE, unit="EDUCATION")
    assert filer.may(Action.FILE) and not filer.may(Action.SEAL)
    assert county.person("roads").reach(Action.FILE) == {"ROADS"}


def test_a_clerk_reaches_the_whole_county(county: County) -> None:
    clerk = county.person("clerk")
    assert clerk.reach(Action.RECORD) is None
    assert clerk.may(Action.RECORD, unit="EDUCATION")
    assert clerk.reach(Action.MANAGE) == frozenset()


def test_duties_add_up(county: County) -> None:
    from yiben.people.models import Duty, Officer, Unit

    officer = Officer.objects.get(username="roads")
    Duty.objects.create(officer=officer, role="filer", unit=Unit.objects.get(code="EDUCATION"))
    assert county.person("roads").reach(Action.FILE) == {"ROADS", "EDUCATION"}
    Duty.objects.create(officer=officer, role="clerk", unit=Unit.objects.get(code="DRC"))
    assert county.person("roads").reach(Action.FILE) is None


def test_nobody_without_duty_or_inactive_may_anything(county: County) -> None:
    from yiben.people.access import NotAllowed
    from yiben.people.models import Officer

    Officer.objects.filter(username="clerk").update(is_active=False)
    for username in ("idle", "clerk"):
        person = county.person(username)
        assert not any(person.may(action) for action in Action)
        with pytest.raises(NotAllowed, match=f"{username} may not read for unit DRC"):
            person.require(Action.READ, unit="DRC")


def test_units_in_a_circle_do_not_hang(county: County) -> None:
    from yiben.people.models import Unit

    Unit.objects.filter(code="TRANSPORT").update(parent=Unit.objects.get(code="ROADS"))
    assert county.person("transport").reach(Action.FILE) == {"TRANSPORT", "ROADS"}


def test_passwords_are_kept_hashed(county: County) -> None:
    from yiben.people.models import Officer

    officer = Officer.objects.get(username="clerk")
    assert "long" not in officer.password
    assert officer.check_password("a long password") and not officer.check_password("another")
    assert not Officer.objects.create_officer("new", name="新", unit=officer.unit).has_usable_password()
    assert (str(officer), str(officer.unit)) == ("陈经办", "发改局")
