"""A scene that nobody here thought of: one YAML, and a league table of it."""

from __future__ import annotations

from decimal import Decimal

from yiben.boards.drawing import draw
from yiben.boards.tables import frames_from_rows
from yiben.scenes.boards import board_of
from yiben.scenes.loader import read_pack

LIBRARIES = """
pack: libraries
version: 1
title: {zh: 图书馆, en: Libraries}
key: branch
fields:
  branch: {type: text, label: {zh: 分馆, en: Branch}}
  district: {type: text, label: {zh: 区, en: District}}
  quarter: {type: text, label: {zh: 季度, en: Quarter}}
  loans: {type: integer, label: {zh: 借阅, en: Loans}}
  visits: {type: integer, label: {zh: 到馆, en: Visits}}
  staff: {type: decimal, label: {zh: 员工, en: Staff}}
  complaints: {type: integer, label: {zh: 投诉, en: Complaints}}
boards:
  league:
    label: {zh: 图书馆联赛, en: Library league}
    group: [district]
    order: [rank]
    columns:
      branches: {label: Branches, value: count(*)}
      loans: {label: Loans, decimals: 0, value: sum(loans)}
      per_staff: {label: Loans per head, value: sum(loans) / sum(staff)}
      busy: {label: Busy share, unit: "%", decimals: 1, value: share(visits > 1000) * 100}
      activity: {label: Activity, scale: {of: per_staff}}
      service: {label: Service, scale: {of: sum(complaints), best: low}}
      score: {label: Score, decimals: 1, carry: rounded, total: {parts: {activity: 0.7, service: 0.3}}}
      rank: {label: Rank, rank: {by: [-score, district]}}
      flag: {label: Flag, flag: {watch: {when: score < 50, label: Watch}, fine: {label: Fine}}}
"""


def test_a_league_of_libraries() -> None:
    pack, problems = read_pack(LIBRARIES, file="libraries.yaml")
    assert pack is not None, problems
    rows = [
        ("n1", "north", 9000, 1500, "4.5", 2),
        ("n2", "north", 3000, 900, "1.5", 0),
        ("s1", "south", 5000, 2000, 5, 7),
        ("w1", "west", 4500, 100, 3, 2),
    ]
    names = ("branch", "district", "loans", "visits", "staff", "complaints")
    subjects = [{**dict(zip(names, row, strict=True)), "quarter": "Q1"} for row in rows]
    drawn = draw(board_of(pack, "league"), frames_from_rows(pack, subjects))
    # North 12000 ÷ 6 = 2000, west 1500, south 1000; complaints 2, 2 and 7.
    assert drawn.column("district") == ["north", "west", "south"]
    assert drawn.column("score") == [Decimal("100.0"), Decimal("65.0"), Decimal("0.0")]
    assert drawn.column("busy") == [Decimal("50.0"), Decimal("0.0"), Decimal("100.0")]
    assert drawn.column("flag") == ["fine", "fine", "watch"]
