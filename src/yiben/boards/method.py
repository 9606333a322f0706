"""The method of a board in words (评分办法), written from its declaration and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from yiben.scenes import mechanics as m
from yiben.scenes.boards import Board, Column
from yiben.scenes.model import Label, Pack

_EVERY = {"month": ("月", "month"), "quarter": ("季度", "quarter"), "year": ("年度", "year")}


def describe(board: Board, pack: Pack) -> tuple[Label, ...]:
    """The method of a board, a sentence for each thing that it declares, in both languages."""
    return (
        *_rows(board, pack),
        *(_column(one, board, pack) for one in board.columns.values()),
        *_end(board, pack),
    )


def _names(names: tuple[str, ...], board: Board, pack: Pack) -> Label:
    labels = [_label_of(name, board, pack) for name in names]
    return Label("、".join(one.zh for one in labels), ", ".join(one.text("en") for one in labels))


def _label_of(name: str, board: Board, pack: Pack) -> Label:
    if name in board.columns:
        return board.columns[name].label
    found = pack.find(name)
    return found.label if found is not None else board.each_labels.get(name, Label(name))


def _rows(board: Board, pack: Pack) -> list[Label]:
    if board.group:
        heads = _names(board.group, board, pack)
        said = [
            Label(f"每行为一组对象，按 {heads.zh} 分组。", f"Each row is a group of subjects by {heads.en}.")
        ]
    else:
        subject = pack.subject
        said = [Label(f"每行为一个{subject.zh}。", f"Each row is one {subject.text('en')}.")]
    if board.every:
        zh, en = _EVERY[board.every]
        said.append(
            Label(f"按{zh}出榜，取期末已知的数据。", f"Drawn each {en}, from what was known at its close.")
        )
    if board.where is not None:
        said.append(Label(f"范围：{board.where.text}。", f"Subjects: {board.where.text}."))
    said += [
        Label(f"先逐个计算 {name} = {one.text}。", f"For each subject {name} = {one.text}.")
        for name, one in board.each.items()
    ]
    if board.having is not None:
        said.append(Label(f"只列满足 {board.having.text} 的行。", f"Only rows with {board.having.text}."))
    if board.within:
        parts = _names(board.within, board, pack)
        said.append(Label(f"按 {parts.zh} 分别排名。", f"Ranked separately within each {parts.en}."))
    return said


def _end(board: Board, pack: Pack) -> list[Label]:
    said = []
    if board.order:
        said.append(
            Label(
                f"按 {_keys(board.order, 'zh', board, pack)} 排列。",
                f"Sorted by {_keys(board.order, 'en', board, pack)}.",
            )
        )
    for count, zh, en in ((board.limit.top, "前", "first"), (board.limit.bottom, "后", "last")):
        if count is not None:
            tied = (
                ("并列的一并列出", "equal ones stay")
                if board.limit.ties == "keep"
                else ("并列的以此为限", "ties are cut")
            )
            said.append(Label(f"取{zh} {count} 名，{tied[0]}。", f"The {en} {count}; {tied[1]}."))
    if board.note is not None:
        said.append(board.note)
    return said


def _keys(keys: tuple[m.Key, ...], language: str, board: Board, pack: Pack) -> str:
    words = {True: {"zh": "由高到低", "en": "falling"}, False: {"zh": "由低到高", "en": "rising"}}
    said = [
        f"{_label_of(key.column, board, pack).text(language)} ({words[key.falling][language]})"
        for key in keys
    ]
    return ("、" if language == "zh" else ", ").join(said)


def _column(one: Column, board: Board, pack: Pack) -> Label:
    zh, en = _MECHANICS[type(one.mechanic)](one.mechanic, board, pack)
    for bound, word in ((one.least, ("不低于", "at least")), (one.most, ("不高于", "at most"))):
        if bound is not None:
            zh, en = f"{zh}，{word[0]} {bound}", f"{en}, {word[1]} {bound}"
    if not isinstance(one.mechanic, m.WORDED) and (one.decimals is not None or one.rounding != "half_up"):
        decimals = m.USUAL_DECIMALS if one.decimals is None else one.decimals
        rule = _ROUNDING[one.rounding]
        zh, en = f"{zh}；保留 {decimals} 位小数({rule[0]})", f"{en}; {decimals} decimals ({rule[1]})"
    if one.arithmetic == "binary":
        zh, en = f"{zh}；按二进制浮点计算", f"{en}; in binary floating point"
    if one.carry == "rounded":
        zh, en = f"{zh}，以取舍后的数参与后续计算", f"{en}, and later columns use the rounded number"
    if one.blank:
        zh, en = f"{zh}；无数据记“{one.blank}”", f"{en}; “{one.blank}” where there is none"
    return Label(f"{one.label.zh}：{zh}。", f"{one.label.text('en')}: {en}.")


Sentence = tuple[str, str]
_ROUNDING: dict[str, Sentence] = {
    "half_up": ("四舍五入", "half up"),
    "half_even": ("四舍六入五成双", "half to even"),
}


def _value(mechanic: m.Value, *_: Any) -> Sentence:
    return mechanic.of.text, mechanic.of.text


def _points(number: Decimal | None) -> Sentence:
    return ("空", "blank") if number is None else (f"{number} 分", f"{number} points")


def _slopes(slopes: tuple[m.Slope, ...], sign: str) -> Sentence:
    zh = [
        f"{f'至 {one.until}% ' if one.until is not None else ''}每个百分点{sign}{one.per_point} 分"
        for one in slopes
    ]
    en = [
        f"{sign}{one.per_point} for each point{f' up to {one.until} %' if one.until is not None else ''}"
        for one in slopes
    ]
    return "，".join(zh), ", ".join(en)


def _completion(mechanic: m.Completion, *_: Any) -> Sentence:
    ratio = f"{mechanic.done.text} ÷ {mechanic.plan.text}"
    nothing = _points(mechanic.no_plan)
    if mechanic.in_proportion:
        zh, en = f"{mechanic.points} 分 × 完成率({ratio})", f"{mechanic.points} points × completion ({ratio})"
    else:
        above, below = _slopes(mechanic.above, "+"), _slopes(mechanic.below, "-")
        zh = f"完成率({ratio})达 100% 得 {mechanic.points} 分"
        en = f"{mechanic.points} points at 100 % of {ratio}"
        if mechanic.above:
            zh, en = f"{zh}；超出{above[0]}", f"{en}; above: {above[1]}"
        if mechanic.below:
            zh, en = f"{zh}；不足{below[0]}", f"{en}; below: {below[1]}"
        if mechanic.cap is not None:
            zh, en = f"{zh}；加减以 {mechanic.cap} 分为限", f"{en}; at most ±{mechanic.cap}"
    return f"{zh}；无计划记{nothing[0]}", f"{en}; without a plan {nothing[1]}"


def _steps(mechanic: m.Steps, *_: Any) -> Sentence:
    zh = "，".join(
        f"{'超过' if band.open else '达到'} {band.start} 得 {band.points} 分" for band in mechanic.bands
    )
    en = ", ".join(
        f"{'above' if band.open else 'from'} {band.start}: {band.points}" for band in mechanic.bands
    )
    other = _points(mechanic.otherwise)
    return (
        f"按 {mechanic.of.text} 分档：{zh}，其余{other[0]}",
        f"by {mechanic.of.text}: {en}, else {other[1]}",
    )


def _lookup(mechanic: m.Lookup, *_: Any) -> Sentence:
    table = ", ".join(f"{word} {points}" for word, points in mechanic.points.items())
    other = _points(mechanic.otherwise)
    return (
        f"按 {mechanic.of.text} 计分：{table}，其余{other[0]}",
        f"by {mechanic.of.text}: {table}, else {other[1]}",
    )


_BEST = {"high": ("由高到低", "highest first"), "low": ("由低到高", "lowest first")}
_TIES = {
    "skip": ("并列同名次，其后跳号", "equal rows share a rank and the next is skipped"),
    "dense": ("并列同名次，其后不跳号", "equal rows share a rank and the next is not skipped"),
}


def _rank_points(mechanic: m.RankPoints, *_: Any) -> Sentence:
    best, ties = _BEST[mechanic.best], _TIES[mechanic.ties]
    zh = "，".join(f"前 {band.to} 名 {band.points} 分" for band in mechanic.bands)
    en = ", ".join(f"to rank {band.to}: {band.points}" for band in mechanic.bands)
    return (
        f"按 {mechanic.of.text} {best[0]}排名计分：{zh}，其余 {mechanic.otherwise} 分({ties[0]})",
        f"by rank in {mechanic.of.text}, {best[1]}: {en}, else {mechanic.otherwise} ({ties[1]})",
    )


def _per_unit(mechanic: m.PerUnit, *_: Any) -> Sentence:
    whole = ("，不足一个单位不计", ", whole units only") if mechanic.whole else ("", "")
    return (
        f"基础 {mechanic.base} 分，{mechanic.of.text} 自 {mechanic.beyond} 起每 {mechanic.each} 计 {mechanic.points} 分{whole[0]}",
        f"{mechanic.base}, and {mechanic.points} for each {mechanic.each} of {mechanic.of.text} beyond {mechanic.beyond}{whole[1]}",
    )


def _max_full(mechanic: m.MaxFull, *_: Any) -> Sentence:
    of, points = mechanic.of.text, mechanic.points
    return f"{of} 最高者得 {points} 分，其余按比例", f"the greatest {of} gets {points}, others in proportion"


def _mean_full(mechanic: m.MeanFull, *_: Any) -> Sentence:
    of, points, other = mechanic.of.text, mechanic.points, _points(mechanic.otherwise)
    mean = f"({mechanic.mean.text})" if mechanic.mean is not None else ""
    return (
        f"{of} 达平均值{mean}得 {points} 分，其余按比例；平均值不为正时记{other[0]}",
        f"the mean {of} {mean} gets {points}, others in proportion; {other[1]} where the mean is not above 0",
    )


def _scale(mechanic: m.Scale, *_: Any) -> Sentence:
    of, best = mechanic.of.text, _BEST[mechanic.best]
    equal = mechanic.high if mechanic.if_equal is None else mechanic.if_equal
    return (
        f"{of} 按最小值与最大值换算为 {mechanic.low} 至 {mechanic.high} 分({best[0]}；全部相等时 {equal})",
        f"{of} from least to greatest on a scale of {mechanic.low} to {mechanic.high} ({best[1]}; {equal} where all are equal)",
    )


_NEGATIVE = {
    "plain": ("基数为负时照算", "a negative base counts as it is"),
    "absolute": ("基数为负时取绝对值", "a negative base counts by its size"),
    "blank": ("基数为负时不计", "blank where the base is negative"),
}


def _change(mechanic: m.Change, board: Board, pack: Pack) -> Sentence:
    name = _label_of(mechanic.field, board, pack)
    base = mechanic.against if mechanic.against is not None else None
    against = (
        (f"{name.zh} {base}", f"{name.text('en')} {base}")
        if base
        else (f"上一{name.zh}", f"the {name.text('en')} before")
    )
    sign = _NEGATIVE[mechanic.negative_base]
    return (
        f"{mechanic.of.text} 较{against[0]}同组增减(%)；基数为零或缺失时不计，{sign[0]}",
        f"percent change of {mechanic.of.text} against the same group in {against[1]}; blank without a base or where it is 0, {sign[1]}",
    )


def _gate(mechanic: m.Gate, *_: Any) -> Sentence:
    other = _points(mechanic.otherwise)
    return (
        f"满足 {mechanic.when.text} 得 {mechanic.points} 分，否则{other[0]}",
        f"{mechanic.points} points where {mechanic.when.text}, else {other[1]}",
    )


def _portion(mechanic: m.Portion, *_: Any) -> Sentence:
    return f"{mechanic.of.text} 占合计的比重(%)", f"part of the sum of {mechanic.of.text}, in percent"


def _weights(weights: Mapping[str, Decimal], board: Board, pack: Pack, language: str) -> str:
    return " + ".join(
        f"{_label_of(name, board, pack).text(language)} × {weight}" for name, weight in weights.items()
    )


def _total(mechanic: m.Total, board: Board, pack: Pack) -> Sentence:
    zh, en = _weights(mechanic.parts, board, pack, "zh"), _weights(mechanic.parts, board, pack, "en")
    for quarter, weights in mechanic.quarters.items():
        zh += f"{'；' if zh else ''}第 {quarter} 季度：{_weights(weights, board, pack, 'zh')}"
        en += f"{'; ' if en else ''}quarter {quarter}: {_weights(weights, board, pack, 'en')}"
    return f"{zh}(空项按 0 计)", f"{en} (a blank part counts as 0)"


def _bonus_item(item: m.BonusItem, language: str) -> str:
    chinese = language == "zh"
    unit = ("每个" if chinese else "each ") if item.of is not None else ""
    said = f"{item.label.text(language)} {unit}{item.points:+}"
    if item.least is not None:
        said += f"(不低于 {item.least})" if chinese else f" (at least {item.least})"
    if item.most is not None:
        said += f"(至多 {item.most})" if chinese else f" (at most {item.most})"
    return said


def _bonus(mechanic: m.Bonus, *_: Any) -> Sentence:
    zh = "，".join(_bonus_item(item, "zh") for item in mechanic.items)
    return f"加减分：{zh}", "bonus and penalty: " + ", ".join(
        _bonus_item(item, "en") for item in mechanic.items
    )


def _rank(mechanic: m.Rank, board: Board, pack: Pack) -> Sentence:
    ties = _TIES[mechanic.ties]
    return (
        f"按 {_keys(mechanic.by, 'zh', board, pack)} 排名，{ties[0]}",
        f"rank by {_keys(mechanic.by, 'en', board, pack)}; {ties[1]}",
    )


def _flag(mechanic: m.Flag, *_: Any) -> Sentence:
    def case(one: m.FlagCase, language: str) -> str:
        other = "其余" if language == "zh" else "otherwise"
        return f"{one.when.text if one.when is not None else other} → {one.label.text(language)}"

    return "，".join(case(one, "zh") for one in mechanic.cases), ", ".join(
        case(one, "en") for one in mechanic.cases
    )


def _grade(mechanic: m.Grade, *_: Any) -> Sentence:
    def prize(one: m.Prize, language: str) -> str:
        limits = [
            f"≤ {one.to}" if one.to is not None else "",
            f"≥ {one.start}" if one.start is not None else "",
        ]
        return f"{one.label.text(language)} {' '.join(filter(None, limits))}".strip()

    zh, en = (
        sign.join(prize(one, lang) for one in mechanic.prizes) for sign, lang in (("，", "zh"), (", ", "en"))
    )
    lower = mechanic.lower_by
    down = (f"；按 {lower.text} 降等", f"; lowered by {lower.text}") if lower is not None else ("", "")
    return f"按 {mechanic.of.text} 定等次：{zh}{down[0]}", f"class by {mechanic.of.text}: {en}{down[1]}"


def _reach(count: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}".strip() for name, number in count.items())


def _side(side: m.MarkSide, first: bool) -> Sentence:
    spared = (
        (f"，{side.unless.text} 除外", f", unless {side.unless.text}")
        if side.unless is not None
        else ("", "")
    )
    place = ("前", "first") if first else ("后", "last")
    return (
        f"{side.label.zh}须同时满足 {side.when.text} 与排名{place[0]} {_reach(side.count)} 名{spared[0]}",
        f"{side.label.text('en')} needs both {side.when.text} and a rank among the {place[1]} {_reach(side.count)}{spared[1]}",
    )


def _mark(mechanic: m.Mark, *_: Any) -> Sentence:
    sides = [_side(side, side is mechanic.red) for side in (mechanic.red, mechanic.black) if side is not None]
    return "；".join(zh for zh, _ in sides), "; ".join(en for _, en in sides)


_MECHANICS: dict[type[Any], Callable[..., Sentence]] = {
    m.Value: _value,
    m.Completion: _completion,
    m.Steps: _steps,
    m.Lookup: _lookup,
    m.RankPoints: _rank_points,
    m.PerUnit: _per_unit,
    m.MaxFull: _max_full,
    m.MeanFull: _mean_full,
    m.Scale: _scale,
    m.Change: _change,
    m.Gate: _gate,
    m.Portion: _portion,
    m.Total: _total,
    m.Bonus: _bonus,
    m.Rank: _rank,
    m.Flag: _flag,
    m.Grade: _grade,
    m.Mark: _mark,
}
