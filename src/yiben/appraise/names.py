"""The keys of a project's file, Chinese and English (申报文件的键名)."""

from __future__ import annotations

NAMES = {
    "项目": "name", "项目名称": "name", "项目代码": "code", "地区": "place", "行政区划": "place", "申请日期": "applied_on",
    "行业": "trade", "政府投资": "government", "改建": "rebuilt", "改建前": "before", "能源": "energy",
    "增加值": "value_added", "变压器": "transformer_kva", "投产年份": "production_year", "工艺排放": "process_carbon",
    "负面清单": "negative_list", "涉密": "secret", "简单工艺": "simple_trade", "区域能评": "region_appraised",
    "跨县": "crosses_counties", "淘汰工艺": "banned_process", "超限额": "quota_exceeded", "未完成目标": "goal_missed", "所在地": "region", "本期已批": "granted", "行业水平": "average", "两高": "two_high",
    "减量替代": "reduced", "替代来源": "replacements", "系数年份": "factor_year", "自带系数": "factors", "实测": "measured",
    "品种": "carrier", "数量": "amount", "单位": "unit", "原料": "feedstock", "可再生": "renewable", "热值": "heat",
    "热值来源": "heat_source", "名称": "name", "能耗": "energy", "碳排放": "carbon", "来源": "source", "年份": "year",
    "能耗增量": "increment", "能耗空间": "energy_room", "碳排放空间": "carbon_room", "达峰路径": "limit",
    "预计排放": "expected", "文号": "document", "日期": "on", "数值": "value", "生产总值": "gdp",
}  # fmt: skip
FLAGS = (
    "secret",
    "simple_trade",
    "negative_list",
    "region_appraised",
    "crosses_counties",
    "banned_process",
    "quota_exceeded",
    "goal_missed",
)
KEYS = frozenset(
    {*FLAGS, "name", "code", "place", "applied_on", "trade", "government", "rebuilt", "before", "energy"}
    | {"value_added", "transformer_kva", "production_year", "process_carbon", "region", "granted", "average"}
    | {"two_high", "reduced", "replacements", "factor_year", "factors", "measured"}
)
OWN_IDS = {
    "electricity_equivalent": "energy.conversion.electricity_equivalent",
    "电力等价值": "energy.conversion.electricity_equivalent",
    "grid": "carbon.grid.average",
    "电网排放因子": "carbon.grid.average",
}
