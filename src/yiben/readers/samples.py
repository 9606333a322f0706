"""Made-up report text (示例文本): for benches, fuzzing and tests; no sentence of a real report."""

from __future__ import annotations

import random
from functools import lru_cache

from yiben.readers.language import readings, traditional_lines
from yiben.readers.lexicon import lexicon

_HEADS = (
    "云岭县发展和改革局2023年工作总结和2024年工作思路",
    "云岭县2023年1-7月经济运行情况",
    "政府工作报告\n2024年1月20日在云岭县第十届人民代表大会第三次会议上",
    "云岭县政府2023年九月份工作总结和十月份工作安排",
)
_SENTENCES = (
    "一季度地区生产总值{n}亿元，同比增长{p}%，增速居全市第{r}位。",
    "规上工业增加值、服务业增加值分别增长{p}%、{q}%，高于全省{d}个百分点。",
    "截至6月底，共备案项目{c}个，总投资{n}亿元，其中工业项目{r}个。",
    "预警销号率由{p}%提升至{q}%，办理时间从{c}天缩短至{r}天。",
    "城北污水处理厂二期、青溪水库加固工程加快推进，云岭大桥开工建设。",
    "力争全年完成固定资产投资{n}亿元以上，确保新开工项目{c}个以上。",
    "新增就业{c}余人，为企业减负{n}万元，减少成本近{q}%。",
    "1-7月，社会消费品零售总额{n}亿元，增长{p}%，较上月回落{d}个百分点。",
    "抓好“三个一批”项目，出台《云岭县促进投资{r}条》，建成5G基站{c}个。",
    "坚持稳中求进工作总基调，完整准确全面贯彻新发展理念，扎实推进各项重点任务，经济社会保持平稳健康发展。",
    "深入推进营商环境优化提升，健全部门协同、上下联动的工作机制，着力破解企业反映的难点堵点问题。",
    "持续改善民生福祉，加强教育、医疗、养老等公共服务供给，不断提高群众的获得感、幸福感、安全感。",
    "争取专项债{n}亿元（其中交通{q}亿元），用地指标{c}亩，比去年多{r}亩。",
)
_NUMBERS = ("一", "二十", "三百零五", "12", "3.14", "1,234.5", "０．８", "-4", "万", "十几", "两千多")
_NOISE = (
    "?", "？", "！", "\ufffd", "\x00", "(wàn)", "(zēng)", "萬", "縣", "億", "濱??", "第", "分别", "、", "。", "；", "“", "”", "《", "》", "(", ")", "|", "\n",
    "从", "由", "至", "%", "％", "个百分点", "以上", "不低于", "截至", "2023年", "13月", "99季度", "全市第", "前三", "倒数", "<td>", "&#x41;", "\u200b", "e5", "∞", "½", "𠀀",
)  # fmt: skip


def sample_report(characters: int, *, seed: int = 1) -> str:
    """A made-up report of about so many characters."""
    chance = random.Random(seed)
    pieces = [chance.choice(_HEADS), "\n一、2023年工作回顾\n"]
    size = 40
    while size < characters:
        sentence = _filled(chance.choice(_SENTENCES), chance)
        if chance.random() < 0.2:
            sentence += "\n（一）" + "着力抓好重点工作落实" + "\n"
        pieces.append(sentence)
        size += len(sentence)
    return "".join(pieces)


def broken_text(seed: int) -> str:
    """A short text of words, numbers and noise in disorder, for fuzzing."""
    chance = random.Random(seed)
    pieces = []
    for _ in range(chance.randint(0, 24)):
        kind = chance.random()
        if kind < 0.35:
            pieces.append(
                _filled(chance.choice(_SENTENCES), chance)[chance.randint(0, 8) : chance.randint(4, 40)]
            )
        elif kind < 0.6:
            pieces.append(chance.choice(_NUMBERS))
        elif kind < 0.9:
            pieces.append(chance.choice(_NOISE))
        else:
            pieces.append(chr(chance.choice((chance.randint(0x20, 0x7E), chance.randint(0x4E00, 0x9FFF)))))
    return "".join(pieces)


def _filled(sentence: str, chance: random.Random) -> str:
    return sentence.format(
        n=round(chance.uniform(1, 900), chance.randint(0, 2)),
        p=round(chance.uniform(0.1, 30), 1),
        q=round(chance.uniform(30, 99), 1),
        d=round(chance.uniform(0.1, 5), 1),
        r=chance.randint(1, 9),
        c=chance.randint(10, 3000),
    )


def damaged_page(text: str, *, seed: int = 1, traditional: bool = True, spelled: float = 0.6) -> str:
    """`text` as a site leaves it that edits the bytes of its GBK pages (see shifted.py).

    The share `spelled` of the traditional characters gets pinyin, wherever their two bytes stand
    side by side; ？！；： become half-width in the same way; what no byte pair spells is lost.
    """
    chance = random.Random(seed)
    page = traditional_lines(text) if traditional else text
    data = page.encode("gbk", "ignore")
    for mark in b"?!;:":
        data = data.replace(bytes((0xA3, mark + 0x80)), bytes((mark,)))
    if traditional:
        spellings = {bytes(char[:2]): said for said, chars in readings(lexicon()).items() for char in chars}
        for pair, said in spellings.items():
            if chance.random() < spelled:
                data = data.replace(pair, pair + f"({said})".encode("gbk"))
    return _read_as_gbk(data)


@lru_cache(maxsize=1)
def _noted() -> dict[bytes, bytes]:
    """The bytes of each traditional character → the same with its pinyin."""
    spelled = readings(lexicon()).items()
    return {
        bytes(char[:2]): bytes(char[:2]) + f"({said})".encode("gbk")
        for said, chars in spelled
        for char in chars
    }


def _read_as_gbk(data: bytes) -> str:
    """As browsers read it: a lost byte becomes a question mark and takes a bracket with it."""
    said, place = [], 0
    while place < len(data):
        first, second = data[place], data[place + 1] if place + 1 < len(data) else 0x28
        if first < 0x80:
            said.append(chr(first))
            place += 1
        elif second < 0x40 or second == 0x7F:
            said.append("?")
            place += 2 if second == 0x28 else 1
        else:
            said.append(data[place : place + 2].decode("gbk", "ignore")[:1])
            place += 2
    return "".join(said)
