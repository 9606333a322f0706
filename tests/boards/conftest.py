"""Small scenes for boards: a pack from its boards section, frames from rows."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent, indent

import pytest

from yiben.kernel.problems import Refused, errors_of
from yiben.scenes.loader import read_pack
from yiben.scenes.model import Pack

HEAD = """\
pack: works
version: 1
title: {zh: 工程, en: Works}
key: code
display: name
fields:
  code: {type: text, required: true, label: {zh: 编号, en: Code}}
  name: {type: text, label: {zh: 名称, en: Name}}
  town: {type: text, label: {zh: 乡镇, en: Town}}
  kind: {type: choice, label: {zh: 类别, en: Kind}, choices: {road: {zh: 道路, en: Road}, school: {zh: 学校, en: School}}}
  year_of: {type: integer, label: {zh: 年度, en: Year}}
  budget: {type: money, unit: 元, label: {zh: 预算, en: Budget}}
  cost: {type: money, unit: 元, label: {zh: 造价, en: Cost}}
  started_on: {type: date, label: {zh: 开工, en: Start}}
  ended_on: {type: date, label: {zh: 完工, en: End}}
measures:
  plan: {type: money, unit: 元, every: year, adds: true, label: {zh: 年计划, en: Plan}}
  spent: {type: money, unit: 元, every: month, adds: true, label: {zh: 完成, en: Spent}}
  physical: {type: percent, every: month, label: {zh: 形象进度, en: Physical}}
  blocked: {type: boolean, every: month, label: {zh: 不可抗力, en: Blocked}}
computed:
  saved: {type: money, unit: 元, label: {zh: 结余, en: Saved}, expression: budget - cost}
nodes:
  permit: {label: {zh: 许可, en: Permit}}
  finish: {label: {zh: 完成, en: Finish}}
boards:
"""


@pytest.fixture(scope="session")
def pack_with() -> Callable[[str], Pack]:
    """The works pack with a boards section given as YAML."""

    def build(boards: str) -> Pack:
        pack, problems = read_pack(HEAD + indent(dedent(boards), "  "), file="works.yaml")
        if pack is None:
            raise Refused(errors_of(problems))
        return pack

    return build
