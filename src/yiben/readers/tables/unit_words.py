"""Units as tables write them (表头与单元格里的计量单位), each with its name in the kernel."""

from __future__ import annotations

import re
import unicodedata

from yiben.kernel.units import UNITS, Unit

_SPELLINGS = {
    "人民币元": "元",
    "rmb": "元",
    "cny": "元",
    "yuan": "元",
    "圆": "元",
    "人民币万元": "万元",
    "10,000yuan": "万元",
    "10000yuan": "万元",
    "10kyuan": "万元",
    "wanyuan": "万元",
    "wan": "万元",
    "10kcny": "万元",
    "10krmb": "万元",
    "100millionyuan": "亿元",
    "100myuan": "亿元",
    "yi": "亿元",
    "thousandyuan": "千元",
    "millionyuan": "百万元",
    "myuan": "百万元",
    "人民币亿元": "亿元",
    "m2": "平方米",
    "平米": "平方米",
    "sqm": "平方米",
    "mu": "亩",
    "ha": "公顷",
    "hm2": "公顷",
    "hectares": "公顷",
    "km2": "平方公里",
    "sqkm": "平方公里",
    "万m2": "万平方米",
    "万平米": "万平方米",
    "t": "吨",
    "tonnes": "吨",
    "tons": "吨",
    "kg": "千克",
    "g": "克",
    "m": "米",
    "km": "公里",
    "percent": "%",
    "百分比": "%",
    "pct": "%",
    "percentagepoints": "个百分点",
    "pp": "个百分点",
    "吨标准煤(tce)": "吨标准煤",
    "吨co2": "tCO2",
    "吨二氧化碳当量": "吨二氧化碳",
    "days": "天",
}
# In a cell of a money field, 万 and 亿 alone are said for 万元 and 亿元.
_SHORT_MONEY = {"万": "万元", "亿": "亿元", "千万": "千万元", "百万": "百万元", "千": "千元", "w": "万元"}
_UNIT_LIKE = re.compile(r".*(?:元|币|亩|顷|米|吨|度|瓦|时|煤|里|%|‰|usd|eur|hkd|dollars?)", re.IGNORECASE)


def fold_unit(text: str) -> str:
    """A unit's spelling for comparison: one width, one case, no spaces.

    >>> fold_unit("ＭＷ"), fold_unit("km²")
    ('mw', 'km2')
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


_BY_SPELLING: dict[str, Unit] = {
    **{fold_unit(name): unit for name, unit in reversed(UNITS.items())},
    **{spelled: UNITS[name] for spelled, name in _SPELLINGS.items()},
}
# Units that may end a heading without brackets (总投资万元), longest first.
TRAILING = sorted((name for name in _BY_SPELLING if len(name) > 1 or name in "亩%‰元"), key=len, reverse=True)


def unit_named(text: str, *, kind: str = "") -> Unit | None:
    """The unit that `text` spells, or None; `kind` "money" also understands 万 and 亿 alone."""
    folded = fold_unit(text)
    if kind == "money" and folded in _SHORT_MONEY:
        return UNITS[_SHORT_MONEY[folded]]
    return _BY_SPELLING.get(folded)


def looks_like_unit(text: str) -> bool:
    """Whether a remark in a heading is meant as a unit, though none that we know.

    >>> looks_like_unit("万美元"), looks_like_unit("街道")
    (True, False)
    """
    return len(text) <= 12 and bool(_UNIT_LIKE.fullmatch(fold_unit(text)))


def same_kind(given: Unit, wanted: Unit) -> bool:
    """Whether a value in one unit can be said in the other; counts only of the same thing."""
    return given.kind == wanted.kind and (given.kind != "count" or given.name == wanted.name)
