"""The chart as SVG."""

from datetime import date
from xml.etree import ElementTree

from yiben.planning.calendar import china
from yiben.planning.gantt import Bar, draw

BARS = [
    Bar(
        "a",
        "设计 <A&B>",
        date(2026, 9, 21),
        date(2026, 9, 30),
        date(2026, 9, 14),
        date(2026, 9, 25),
        critical=True,
    ),
    Bar("b", "审查", date(2026, 10, 8), date(2026, 10, 20), actual_start=date(2026, 10, 8), after=("a",)),
    Bar("c", "开工", date(2026, 10, 20), date(2026, 10, 20), milestone=True, after=("b", "gone")),
]
SVG = "{http://www.w3.org/2000/svg}"


def test_the_chart_is_well_formed_and_complete() -> None:
    text = draw(BARS, calendar=china(), today=date(2026, 10, 9), title="示例")
    root = ElementTree.fromstring(text)
    assert [group.get("data-node") for group in root.iter(f"{SVG}g")] == ["a", "b", "c"]
    classes = [element.get("class") for element in root.iter() if element.get("class")]
    assert classes.count("base") == 1 and classes.count("must") == 1 and classes.count("today") == 1
    assert classes.count("link") == 2 and classes.count("done") == 1 and "@media print" in text
    assert "设计 <A&B>；预测 2026-09-21—2026-09-30；基准 2026-09-14—2026-09-25；关键" in [
        title.text for title in root.iter(f"{SVG}title")
    ]


def test_days_off_are_shaded_and_make_up_days_are_not() -> None:
    root = ElementTree.fromstring(draw(BARS, calendar=china(), day_width=10))
    left = 190 + (date(2026, 10, 1) - date(2026, 9, 11)).days * 10
    shades = [
        (float(r.get("x", 0)), float(r.get("width", 0)))
        for r in root.iter(f"{SVG}rect")
        if r.get("class") == "off"
    ]
    assert (left, 70) in shades
    assert not any(x <= left + 90 < x + width for x, width in shades)


def test_equal_input_gives_equal_bytes_and_nothing_gives_a_chart() -> None:
    assert draw(BARS, calendar=china()) == draw(BARS, calendar=china())
    ElementTree.fromstring(draw([], calendar=china()))
