"""Every rule at its thresholds and on the days of change, from the examples files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from assess.books import book, typed
from yiben import rulebook
from yiben.assess import Findings, assess, rule_set
from yiben.kernel.colours import Colour
from yiben.kernel.dated import NotYetInForce
from yiben.kernel.periods import Period
from yiben.rulebook.yaml_lines import read_yaml
from yiben.scenes.loader import built_in_packs
from yiben.scenes.rules import Rule, read_rules

FOLDER = Path(__file__).parent / "examples"
PACKS = built_in_packs()
RULES: list[tuple[str, Rule]] = [(name, rule) for name, pack in PACKS.items() for rule in read_rules(pack)[0]]
NAMES = [f"{name}/{rule.name}" for name, rule in RULES]
# The pack, its rule set, and the place whose versions of the rulebook count (empty: as published).
File = tuple[str, str, str]


def _files() -> dict[File, Mapping[str, Any]]:
    found = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        raw, _, problems = read_yaml(path.read_text(encoding="utf-8"), file=path.name, exact=True)
        assert not problems
        found[raw.get("pack", "projects"), raw["scheme"], raw.get("place", "")] = raw
    return found


FILES = _files()


def _judged(file: File, cases: list[tuple[str, Mapping[str, Any]]]) -> Findings:
    """All cases of a file as subjects of one book."""
    pack = PACKS[file[0]]
    subjects, measures, nodes, exemptions = [], [], [], []
    for subject, case in cases:
        fields = {**FILES[file]["defaults"], **case.get("subject", {})}
        subjects.append({"subject": subject, **{key: typed(value) for key, value in fields.items()}})
        year = date.fromisoformat(f"{case['month']}-01").replace(month=1)
        if "year" in case:
            values = {key: typed(value) for key, value in case["year"].items()}
            measures.append({"subject": subject, "period": year, "every": "year", **values})
        for month, values in case.get("measures", {}).items():
            row = {key: typed(value) for key, value in values.items()}
            first = date.fromisoformat(f"{month}-01")
            measures.append({"subject": subject, "period": first, "every": "month", **row})
        for node, days in case.get("nodes", {}).items():
            row = {f"{part}_on": typed(day) for part, day in days.items()}
            nodes.append({"subject": subject, "node": node, **row})
        if "exempt" in case:
            first, end = (date.fromisoformat(f"{case['exempt'][key]}-01") for key in ("from", "to"))
            row = {"rule": case["rule"], "first_month": first, "end_month": end}
            exemptions.append({"subject": subject, "reason": "汛期停工", "approver": "分管领导", **row})
    months = sorted({Period.of(case["month"]) for _, case in cases})
    frames = book(pack, subjects=subjects, measures=measures, nodes=nodes, exemptions=exemptions)
    rules = rule_set(pack, scheme=file[1], place=file[2])
    return assess(frames, rules=rules, months=months, reasons=months, all_reasons=True)


@pytest.mark.parametrize("file", FILES, ids=" ".join)
def test_each_example_has_its_colour_and_its_reason(file: File) -> None:
    cases = [(f"case-{n:03d}", case) for n, case in enumerate(FILES[file]["cases"])]
    asked = [(subject, case) for subject, case in cases if case["colour"] != "not_in_force"]
    findings = _judged(file, asked)
    rows = {(row["subject"], row["month"]): row for row in findings.colours.to_pylist()}
    reasons = {(one.subject, one.month, one.rule): one for one in findings.each()}
    wrong = []
    for subject, case in asked:
        month = date.fromisoformat(f"{case['month']}-01")
        found = Colour(rows[subject, month][case["rule"]]).word
        if found != case["colour"]:
            wrong.append((case["rule"], case["why"], case["colour"], found))
        reason = reasons.get((subject, month, case["rule"]))
        assert (reason is None) == (found == "none"), case
        if reason is not None:
            assert reason.zh and reason.en and reason.numbers, case
    assert wrong == []


@pytest.mark.parametrize("file", FILES, ids=" ".join)
def test_outside_its_days_a_threshold_raises(file: File) -> None:
    for case in FILES[file]["cases"]:
        if case["colour"] == "not_in_force":
            with pytest.raises(NotYetInForce):
                _judged(file, [("x", case)])


@pytest.mark.parametrize(("pack", "rule"), RULES, ids=NAMES)
def test_each_rule_has_an_example_of_each_colour(pack: str, rule: Rule) -> None:
    for scheme in rule.schemes:
        shown = {case["colour"] for case in FILES[pack, scheme, ""]["cases"] if case["rule"] == rule.name}
        wanted = {colour.word for colour in rule.conditions} | {rule.otherwise.word}
        assert wanted <= shown, f"{rule.name} lacks examples of {wanted - shown}"


@pytest.mark.parametrize(("pack", "rule"), RULES, ids=NAMES)
def test_each_change_of_a_threshold_has_an_example_on_the_day_and_the_day_before(
    pack: str, rule: Rule
) -> None:
    for scheme in rule.schemes:
        months = {case["month"] for case in FILES[pack, scheme, ""]["cases"] if case["rule"] == rule.name}
        for id in rule.thresholds.values():
            for day in rulebook.built_in().entry(id).days:
                for wanted in (day, day - timedelta(days=1)):
                    assert f"{wanted:%Y-%m}" in months, f"{rule.name}: no example in {wanted:%Y-%m} ({id})"
