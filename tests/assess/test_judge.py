"""Judging: history, exemptions, versions, the overall colour, and results on disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.books import PROJECTS, book
from assess.random_books import random_book
from yiben.assess import CannotJudge, Stored, assess, explain, replay, rule_set
from yiben.assess.judge import batches
from yiben.kernel.colours import Colour, worst
from yiben.kernel.periods import Period
from yiben.scenes.loader import read_pack
from yiben.scenes.rules import Overall

PACK = PROJECTS
YEAR = list(Period.of("2025").each_month())
RECOVERING = """
pack: tasks
version: 1
title: 任务
key: code
fields:
  code: {type: text, label: 代码}
measures:
  done: {type: decimal, every: month, adds: true, label: 完成}
rules:
  monthly:
    label: 月度
    family: other
    otherwise: green
    applies: month >= '2025-01-01'
    red: in_a_row(coalesce(done, 0) < 10) >= 2
    recovery: {yellow_for: 2}
    because: {zh: "完成{done}", en: "done {done}"}
"""


def colours(findings: object, rule: str, subject: str = "a") -> list[str]:
    """A rule's colours of one subject, month by month."""
    rows = findings.colours.to_pylist()  # type: ignore[attr-defined]
    return [Colour(row[rule]).word for row in rows if row["subject"] == subject]


def tasks(done: list[int | None]) -> object:
    pack, problems = read_pack(RECOVERING, file="tasks.yaml")
    assert pack is not None, problems
    rows = [
        {
            "subject": "a",
            "period": month.first,
            "every": "month",
            "done": None if value is None else Decimal(value),
        }
        for month, value in zip(YEAR, done, strict=False)
    ]
    return book(pack, subjects=[{"subject": "a"}], measures=rows)


@pytest.mark.parametrize("versioned", [False, True])
def test_red_steps_down_through_yellow_to_green(versioned: bool) -> None:
    frames = replace(tasks([10, 5, 5, 10, 10, 10, 10]), versioned=versioned)  # type: ignore[type-var]
    found = assess(frames, rules=rule_set(frames.pack), months=YEAR[:7], reasons=YEAR[:7])
    assert colours(found, "monthly") == ["green", "green", "red", "yellow", "yellow", "green", "green"]
    told = {one.month.month: one.text("zh") for one in found.each()}
    assert told[4].startswith("红灯后恢复期")


@pytest.mark.parametrize("versioned", [False, True])
@settings(max_examples=8, deadline=None)
@given(done=st.lists(st.sampled_from([None, 5, 10]), min_size=12, max_size=12))
def test_a_month_has_the_same_colour_however_many_months_are_asked_for(
    done: list[int | None], versioned: bool
) -> None:
    frames = replace(tasks(done), versioned=versioned)  # type: ignore[type-var]
    rules = rule_set(frames.pack)
    whole = colours(assess(frames, rules=rules, months=YEAR, reasons=()), "monthly")
    alone = colours(assess(frames, rules=rules, months=YEAR[-1:], reasons=()), "monthly")
    assert whole[-1:] == alone
    assert colours(assess(frames, rules=rules, months=[YEAR[3], YEAR[9]], reasons=()), "monthly") == [
        whole[3],
        whole[9],
    ]


def test_one_version_of_everything_is_judged_alike_in_both_layouts() -> None:
    frames = random_book(PACK, seed=5, subjects=60)
    for scheme in ("default", "yinchuan_2025", "ouhai_2020"):
        rules = rule_set(PACK, scheme=scheme)
        flat, versioned = (
            assess(
                replace(frames, versioned=one),
                rules=rules,
                months=YEAR[4:],
                reasons=YEAR[-1:],
                all_reasons=True,
            )
            for one in (False, True)
        )
        assert flat.colours.to_pylist() == versioned.colours.to_pylist()
        assert flat.reasons.to_pylist() == versioned.reasons.to_pylist()


def test_a_month_is_judged_by_what_was_known_at_its_close() -> None:
    turn = {"known_to": date(2025, 4, 1)}, {"known_from": date(2025, 4, 1)}
    row = {"subject": "a", "stage": "construction", "planned_start": date(2025, 1, 10)}
    subjects = [{**row, **turn[0]}, {**row, "started_on": date(2025, 1, 20), **turn[1]}]
    found = assess(
        book(PACK, subjects=subjects, versioned=True), rules=rule_set(PACK), months=YEAR[:5], reasons=YEAR[:5]
    )
    # The start of January was reported in April: January to March stay as they were judged.
    assert colours(found, "late_start") == ["yellow", "yellow", "red", "green", "green"]


def test_a_subject_is_judged_only_in_months_in_which_the_book_knew_it() -> None:
    row = {
        "subject": "a",
        "stage": "ready",
        "planned_start": date(2025, 1, 10),
        "known_from": date(2025, 3, 1),
    }
    found = assess(book(PACK, subjects=[row], versioned=True), rules=rule_set(PACK), months=YEAR[:4])
    assert colours(found, "late_start") == ["yellow", "yellow"]


def test_an_exemption_takes_the_rules_place_and_says_by_whom() -> None:
    frames = book(
        PACK,
        subjects=[{"subject": "a", "stage": "ready", "planned_start": date(2025, 1, 10)}],
        exemptions=[
            {
                "subject": "a",
                "rule": "late_start",
                "first_month": date(2025, 2, 1),
                "end_month": date(2025, 4, 1),
                "reason": "规划调整",
                "approver": "分管副县长",
            }
        ],
    )
    found = assess(frames, rules=rule_set(PACK), months=YEAR[:4], reasons=YEAR[:4])
    assert colours(found, "late_start") == ["yellow", "exempt", "exempt", "red"]
    told = [one for one in found.of_subject("a") if one.colour == Colour.EXEMPT]
    assert len(told) == 2 and "规划调整" in told[0].zh and "分管副县长" in told[0].en


def test_a_rule_that_may_not_be_exempted_keeps_its_colour() -> None:
    rules = rule_set(PACK)
    strict = replace(rules, rules=tuple(replace(one, exemptible=False) for one in rules.rules))
    row = {
        "subject": "a",
        "rule": "late_start",
        "first_month": date(2025, 1, 1),
        "reason": "x",
        "approver": "y",
    }
    frames = book(
        PACK,
        subjects=[{"subject": "a", "stage": "ready", "planned_start": date(2025, 1, 10)}],
        exemptions=[row],
    )
    assert colours(assess(frames, rules=strict, months=YEAR[:1]), "late_start") == ["yellow"]


def test_the_overall_colour_is_the_countys_choice() -> None:
    frames = random_book(PACK, seed=9, subjects=50)
    rules = rule_set(PACK)
    start = [one.name for one in rules.rules if one.family == "start"]
    weights = {one.name: one.weight for one in rules.rules}
    for overall in (Overall(), Overall(families=("start",)), Overall("weighed", (), 6, 2)):
        found = assess(frames, rules=replace(rules, overall=overall), months=YEAR[5:7], reasons=())
        for row in found.colours.to_pylist():
            names = start if overall.families else list(rules.names)
            wanted = worst(Colour(row[name]) for name in names)
            if overall.way == "weighed":
                points = sum(weights[name] * max(0, row[name] - Colour.GREEN) for name in names)
                calm = min(wanted, Colour.GREEN)
                wanted = Colour.RED if points >= 6 else Colour.YELLOW if points >= 2 else calm
            assert row["overall"] == wanted


def test_results_on_disk_are_those_in_memory(tmp_path: Path) -> None:
    frames = random_book(PACK, seed=3)
    county = tmp_path / "county"
    county.mkdir()
    for title in ("subjects", "measures", "nodes", "exemptions"):
        pq.write_table(getattr(frames, title), county / f"{title}.parquet")
    rules, months = rule_set(PACK), list(Period.of("2024-01/2025-12").each_month())
    kept = assess(frames, rules=rules, months=months)
    stored = assess(
        Stored.of_folders([county], pack=PACK), rules=rules, months=months, into=tmp_path / "findings"
    )
    order = [("subject", "ascending"), ("month", "ascending")]
    assert stored.colours.sort_by(order).to_pylist() == kept.colours.to_pylist()
    assert sorted(map(str, stored.reasons.to_pylist())) == sorted(map(str, kept.reasons.to_pylist()))


def test_a_folder_without_tables_is_told() -> None:
    with pytest.raises(CannotJudge, match=r"subjects\.parquet"):
        Stored.of_folders([Path("nowhere")], pack=PACK)


def test_replay_tells_what_would_have_been_flagged_and_when() -> None:
    frames = random_book(PACK, seed=4)
    old = rule_set(PACK)
    stricter = replace(old.rules[0], conditions={Colour.RED: old.rules[0].conditions[Colour.YELLOW]})
    new = replace(old, rules=(stricter, *old.rules[1:]))
    found = replay(old, new, frames, months=YEAR)
    changed = [one for one in found.changes if one.rule == "late_start"]
    assert changed and {one.rule for one in found.changes} <= {"late_start", "overall"}
    for one in changed:
        assert one.first_month == one.as_dict()["months"][0]["month"] or one.first_month.day == 1
        assert {new for _, _, new in one.months} == {Colour.RED}
        assert one.newly_flagged == () and one.no_longer_flagged == ()
    assert replay(old, old, frames, months=YEAR).changes == ()


def test_a_finding_is_explained_with_numbers_threshold_and_source() -> None:
    frames = book(PACK, subjects=[{"subject": "a", "stage": "ready", "planned_start": date(2025, 1, 10)}])
    rules = rule_set(PACK, scheme="yinchuan_2025")
    (finding,) = assess(frames, rules=rules, months=YEAR[2:5]).each()
    told = explain(finding, rules=rules)
    assert "红灯" in told and "连续3个月" in told and "P13" in told and "planned_start = 2025-01-10" in told
    assert "good reason" in explain(finding, rules=rules, language="en")


def test_an_empty_book_and_a_pack_without_rules_are_judged_too() -> None:
    assert assess(book(PACK, subjects=[]), rules=rule_set(PACK), months=YEAR[:2]).colours.num_rows == 0
    text = RECOVERING[: RECOVERING.index("rules:")]
    pack, _ = read_pack(text, file="bare.yaml")
    assert pack is not None
    found = assess(book(pack, subjects=[{"subject": "a"}]), rules=rule_set(pack), months=YEAR[:1])
    assert colours(found, "overall") == ["none"] and found.reasons.num_rows == 0
    assert found.counts(YEAR[0])[Colour.NONE] == 1


def test_months_far_apart_are_judged_in_batches() -> None:
    months = [Period.of("2025-05"), Period.of("2019-01"), Period.of("2019-02")]
    assert batches(months) == [[months[1], months[2]], [months[0]]]
