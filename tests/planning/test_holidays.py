"""Holiday tables: the built-in one against every published year, and a county's own files."""

import json
from datetime import date
from pathlib import Path

import pytest

from yiben.planning.calendar import WorkingCalendar
from yiben.planning.holidays import SpecialDay, built_in, read_file, read_folder


@pytest.mark.shared
def test_every_special_day_of_the_published_years(shared: Path) -> None:
    calendar = WorkingCalendar.of(built_in())
    seen = 0
    for path in sorted((shared / "data/holidays").glob("20*.json")):
        for row in json.loads(path.read_text(encoding="utf-8"))["days"]:
            assert calendar.is_working(date.fromisoformat(row["date"])) is not row["isOffDay"], row
            seen += 1
    assert seen == 678


@pytest.mark.shared
def test_published_files_laid_over_change_nothing(shared: Path) -> None:
    laid, problems = read_folder(shared / "data/holidays", over=built_in())
    assert problems == []
    assert laid.published == built_in().published == frozenset(range(2007, 2027))
    assert (WorkingCalendar.of(laid).before == WorkingCalendar.of(built_in()).before).all()


def test_a_county_file_publishes_a_year(tmp_path: Path) -> None:
    path = tmp_path / "2027.yaml"
    path.write_text(
        "year: 2027\ndays:\n- {name: 春节, date: 2027-02-08, isOffDay: true}\n"
        "- {name: 春节, date: 2027-02-14, isOffDay: false}\n",
        encoding="utf-8",
    )
    holidays, problems = read_file(path, over=built_in())
    assert problems == [] and 2027 in holidays.published
    calendar = WorkingCalendar.of(holidays)
    assert not calendar.is_working(date(2027, 2, 8)) and calendar.is_working(date(2027, 2, 14))
    assert calendar.provisional(date(2026, 1, 1), date(2028, 1, 1)) == [2028]
    assert [special.day for special in holidays.of_year(2027)] == [date(2027, 2, 8), date(2027, 2, 14)]


def test_an_empty_year_stays_provisional(tmp_path: Path) -> None:
    path = tmp_path / "2027.json"
    path.write_text('{"year": 2027, "papers": [], "days": []}', encoding="utf-8")
    holidays, problems = read_file(path, over=built_in())
    assert problems == [] and 2027 not in holidays.published


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "holiday-file-unreadable"),
        ("[]", "holiday-file-shape"),
        ('{"year": "x", "days": []}', "holiday-file-shape"),
        ('{"year": 2027, "days": [3]}', "holiday-row"),
        ('{"year": 2027, "days": [{"date": "2027-13-01", "isOffDay": true}]}', "holiday-date"),
        ('{"year": 2027, "days": [{"date": "2030-01-01", "isOffDay": true}]}', "holiday-date"),
        ('{"year": 2006, "days": [{"date": "2006-01-01", "isOffDay": true}]}', "holiday-date"),
        ('{"year": 2027, "days": [{"date": "2027-01-01", "isOffDay": "yes"}]}', "holiday-off"),
        (
            '{"year": 2027, "days": [{"date": "2027-01-01", "isOffDay": true}, {"date": "2027-01-01", "isOffDay": false}]}',
            "holiday-twice",
        ),
    ],
)
def test_wrong_files_change_nothing(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "2027.json"
    path.write_text(content, encoding="utf-8")
    holidays, problems = read_file(path, over=built_in())
    assert [problem.code for problem in problems] == [code]
    assert holidays.days == built_in().days and str(problems[0]).startswith("2027.json")


def test_the_notice_for_2007_reaches_back_to_2006() -> None:
    assert built_in().days[date(2006, 12, 30)] == SpecialDay(date(2006, 12, 30), False, "元旦")
    assert min(built_in().days) == date(2006, 12, 30)
