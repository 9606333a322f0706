"""Named investment projects and what happened to them (投资项目)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from yiben.readers.lexicon import Lexicon, either
from yiben.readers.outline import Section, sentences
from yiben.readers.periods import STATED

_BREAK = re.compile(r"[,;:。\n]|--")
_WHEN = re.compile(
    rf"^(?:力争|确保|争取|计划|预计|将|已|有望|于|在)*(?:{STATED.pattern})+[前内里底初末]?(?:力争|确保|将|已|前)?"
)
_COUNT = re.compile(r"(?:\d+|[二三四五六七八九十两]+)(?:个|项|条|处|座|所|宗|家|大)")
_CAPACITY = re.compile(r"\d+(?:\.\d+)?(?:万?千瓦|兆瓦)$")
_HAN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9#()·“”\-]+")


@dataclass(frozen=True, slots=True)
class Mention:
    """One named project where it is mentioned; offsets are those of the text given."""

    start: int
    end: int
    name: str
    event: str | None
    section: Section
    why: str = ""


class ProjectReader:
    """Finds project names by what is said before or after them."""

    def __init__(self, words: Lexicon) -> None:
        part = words.parts["projects"]
        self.facility = re.compile(rf".*(?:{either(part['facility'])})(?:[一二三四五六]期|项目|工程)?")
        named = [*part["facility"], *part["company"]]
        firsts = re.escape("".join(sorted({word[0] for word in named})))
        self.may_name = re.compile(f"、|(?=[{firsts}])(?:{either(named)})")
        self.facility_end = re.compile(rf"(?:{either(part['facility'])})$")
        self.company_end = re.compile(rf"(?:{either(part['company'])})$")
        self.product_end = re.compile(rf"(?:{either(part['product'])})$")
        self.generic = frozenset(part["generic"])
        self.not_facility = tuple(part["not_facility"])
        self.generic_kind = re.compile(
            r"(?:^|[省市县区新家级上])(?:重大|重点)[\u4e00-\u9fff]{0,5}(?:项目|工程)$|[类型级档]项目$|^(?:19|20)\d{2}年"
        )
        actions = either(
            [
                *words.words("grammar", "action_verbs"),
                "开展",
                "通过",
                "实现",
                "成立",
                "完善",
                "破解",
                "评价",
                "举办",
                "召开",
                "先后",
                "滚动",
                "共",
                "现有",
                "新增",
                "针对",
                "依照",
                "按照",
                "围绕",
                "聚焦",
                "关于",
                "引导",
                "协助",
                "本",
                "该",
                "此",
            ]
        )
        sector = either(part["sectors"])
        self.sectors = re.compile(
            rf"(?:(?:{sector})[和与及、]?)+(?:开发|建设|发展|提升|投资|保护|治理)*(?:重大|重点)?(?:项目|工程)"
        )
        self.starts_badly = re.compile(rf"(?:{actions})(?!路|桥|塘|岙|村|山)")
        self.no_project = re.compile(
            r"工作|行动|活动|任务|机制|制度|政策|领域|方面|指标|措施|事项|情况|调研|改革|服务(?!业)|问题|经验|做法"
        )
        self.generic_marks = re.compile(either(part["generic_marks"]))
        self.lead = re.compile(
            rf"^(?:(?:{either(part['lead'])}|[一二三四五六七八九十]是|\([一二三四五六七八九十]+\)|[一二三四五六七八九十]+、|\d{{1,2}}[.、]|(?:计划|概算|预计)?总?投资\S{{1,10}}元(?:以上|左右)?(?:建设|实施|兴建|打造)?的|\s|、|和|与|“(?=[^”]*$)|(?:{STATED.pattern})[前内里]?(?:共|已|累计)?))"
        )
        self.after = self._events(part["after"])
        self.tail = self._events(part["tail"])
        tails = "|".join(shape for shapes in part["tail"].values() for shape in shapes)
        self.tail_only = re.compile(rf"(?:的|项目|工程)?(?:{tails})(?:[\u4e00-\u9fff]{{0,4}})")
        self.listed_rest = re.compile(rf"等[^,;]{{0,10}}?(?:项目|工程|{tails})")
        verbs = [(verb, event) for event, listed in part["before"].items() for verb in listed]
        self.verb_event = dict(verbs)
        self.verb = re.compile(rf"(?:{either(verb for verb, _ in verbs)})")
        self.list_end = re.compile(r"等(?![级候待])")
        self.shared = re.compile(r"(?:募投|技改|光伏|扩建|搬迁|改造|分布式光伏)项目")
        self.context = re.compile(r"分布式光伏|光伏项目|风电项目|充电桩项目")
        self.places = words.places

    def _events(self, listed: dict[str, list[str]]) -> re.Pattern[str]:
        groups = [f"(?P<{event or 'other'}>{'|'.join(shapes)})" for event, shapes in listed.items()]
        firsts = "".join(sorted(set(re.findall("[\u4e00-\u9fff0-9]", "".join(groups)))))
        return re.compile(f"(?=[{firsts}\\d])(?:{'|'.join(groups)})")

    def read(
        self, text: str, *, sections: Sequence[Section], skipped: Sequence[tuple[int, int]] = ()
    ) -> list[Mention]:
        """Every mention of a named project in `text`, in order."""
        found: list[Mention] = []
        rows = frozenset(start for start, _ in skipped)
        for section in sections:
            if section.glossary:
                continue
            for start, end in sentences(text, section.start, section.end):
                if end - start > 5 and start not in rows:
                    found += self._sentence(text, start, end, section)
        return _distinct(found)

    def _sentence(self, text: str, start: int, end: int, section: Section) -> Iterator[Mention]:
        context = ""
        for left, right in _clauses(text, start, end):
            clause = text[left:right]
            yield from self._clause(clause, left, section, context)
            if found := self.context.search(clause):
                context = found[0]

    def _clause(self, clause: str, at: int, section: Section, context: str) -> Iterator[Mention]:
        led = _led(self.lead, clause)
        body, base = clause[led:], at + led
        if len(body) < 4 or not self.may_name.search(body, 2):
            return
        verb = self.verb.match(body)
        if verb and not self.after.match(body, verb.end()):
            made = list(self._after_verb(body, verb, base, section, context))
            if made:
                yield from made
                return
        yield from self._before_words(body, base, section, context)

    def _after_verb(
        self, body: str, verb: re.Match[str], base: int, section: Section, context: str
    ) -> Iterator[Mention]:
        """推进甲、乙等项目建设: the verb, then the list, then what tells the event."""
        start, said = verb.end(), verb[0]
        again = self.verb.match(body, start)
        if again and again.end() < len(body) - 2:
            start = again.end()
            said = again[0] if self.verb_event[again[0]] != "construction" else said
        listed = self.list_end.search(body, start)
        counted = _COUNT.search(body, start + 2)
        stop = min([x.start() for x in (listed, counted) if x] or [len(body)])
        names, rest = body[start:stop], body[stop:]
        if not listed and not counted:
            names, rest = self._cut(names)
            rest = _WHEN.sub("", rest)
            if rest and not self.tail_only.fullmatch(rest):
                return
        elif (
            (not listed and "、" not in names and self.facility.fullmatch(names))
            or (self.no_project.search(rest) and not self.tail.search(rest))
            or (listed and len(rest) > 1 and not self.listed_rest.match(rest))
        ):
            return
        event = self._tail_event(rest, self.verb_event[said])
        shared = self._shared(rest, names)
        strong = (listed is not None and "项目" in rest) or shared == "项目"
        yield from self._names(
            names, base + start, event, section, shared=shared, strong=strong, context=context
        )

    def _cut(self, names: str) -> tuple[str, str]:
        """Cut what follows the last name: 南区小学前期 → 南区小学, 前期."""
        found = self.facility.match(names)
        return (names[: found.end()], names[found.end() :]) if found else (names, "")

    def _tail_event(self, rest: str, event: str) -> str | None:
        found = self.tail.search(rest)
        chosen = event
        if found and not (found.lastgroup == "construction" and event not in ("construction", "none")):
            chosen = found.lastgroup or event
        return None if chosen in ("none", "other") else chosen

    def _shared(self, rest: str, names: str) -> str:
        """The suffix that a list gives back to its members."""
        if found := self.shared.search(rest):
            return found[0]
        if names.endswith("项目") and "、" in names:
            return "项目"
        return "product" if rest.startswith("等") and "项目" in rest else ""

    def _before_words(self, body: str, base: int, section: Section, context: str) -> Iterator[Mention]:
        """甲、乙加快建设: the names, then what is said of them."""
        at = 0
        while at < len(body):
            found = self._first_after(body, at)
            if found is None:
                return
            none = self.verb.match(body, at) if at == 0 else None
            if none and self.verb_event[none[0]] == "none" and none.end() < found.start() - 2:
                at = none.end()
            names, event = body[at : found.start()], found.lastgroup
            listed = self.list_end.search(names)
            counted = _COUNT.search(names, 2)
            stop = min([x.start() for x in (listed, counted) if x] or [len(names)])
            rest = names[stop:]
            if not self.no_project.search(rest) and self._close(names[:stop], rest):
                building = (
                    event in ("start", "operation", "topped_out") or "建设" in found[0] or "主体" in found[0]
                )
                company = bool(self.company_end.search(names[:stop]))
                yield from self._names(
                    names[:stop].removesuffix("分别"),
                    base + at,
                    None if event == "none" else event,
                    section,
                    shared=self._shared(rest, names[:stop]),
                    strong=building and ("、" in names or company),
                    context=context if "并网" in body else "",
                )
            at = found.end()

    def _close(self, names: str, rest: str) -> bool:
        """Whether the last name stands near the words that tell its event."""
        if rest:
            return True
        found = self.facility.match(names)
        gap = _WHEN.sub("", names[found.end() :]) if found else ""
        return len(gap) <= 5 and not re.search(r"[率额数量]$", gap)

    def _first_after(self, body: str, at: int) -> re.Match[str] | None:
        for found in self.after.finditer(body, at):
            if found.start() - at >= 2:
                return found
        return None

    def _names(
        self,
        names: str,
        base: int,
        event: str | None,
        section: Section,
        *,
        shared: str,
        strong: bool,
        context: str,
    ) -> Iterator[Mention]:
        parts = list(_split(names))
        made = [
            self._one(part, names_at, strong=strong, last=index == len(parts) - 1)
            for index, (names_at, part) in enumerate(parts)
        ]
        for mention in made:
            if mention is None or (not mention[2] and not strong):
                continue
            offset, name, named = mention
            full = name
            if _CAPACITY.search(name):
                full = name = _CAPACITY.sub("", name)
            if not named or (shared.endswith("项目") and not self.facility_end.search(name)):
                if shared == "product":
                    full = (
                        f"{name}项目"
                        if self.product_end.search(name) and not self.company_end.search(name[-2:])
                        else name
                    )
                elif shared:
                    full = f"{name}{shared}"
            if context and not full.endswith(("项目", context)):
                full = f"{name}{context}"
            yield Mention(
                base + offset,
                base + offset + len(name),
                full if full.count("“") == full.count("”") else full.strip("“”"),
                event,
                section,
                f"event {event}",
            )

    def _one(self, part: str, at: int, *, strong: bool, last: bool) -> tuple[int, str, bool] | None:
        """One member of a list: its place, the name, and whether its form alone shows a project."""
        led = _led(self.lead, part)
        name = part[led:].rstrip(" “的")
        bare = _CAPACITY.sub("", name)
        found = self.facility.match(bare)
        if found and len(bare) - found.end() <= 5:
            if not self._proper(found[0]):
                return None
            keep = name if bare != name and found[0] == bare else found[0]
            return at + led, keep, True
        if not strong or not 2 <= len(bare) <= 14 or not _HAN.fullmatch(bare) or not self._proper(bare):
            return None
        return at + led, name, bool(self.company_end.search(bare))

    def _proper(self, name: str) -> bool:
        """Whether a name is that of one thing, not of a kind or of a piece of work."""
        if (
            name in self.generic
            or len(name) > 42
            or name[:1] in "各每全的了和对将把被以"
            or _COUNT.match(name)
        ):
            return False
        if (
            name.endswith(self.not_facility)
            or self.starts_badly.match(name)
            or self.generic_kind.search(name)
            or self.sectors.fullmatch(name)
        ):
            return False
        if name[0] in "“《" and name[-1] in "”》":
            return False
        if name in self.places or self.generic_marks.search(name) or name.count("“") != name.count("”"):
            return False
        stem = re.sub(r"(?:建设|改造|提升)?(?:项目|工程)$", "", name)
        return len(stem) >= 2 and stem not in self.generic and not self.verb.match(name)


def _led(lead: re.Pattern[str], text: str) -> int:
    at = 0
    for _ in range(6):
        found = lead.match(text[at:])
        if not found or not found.end() or at + found.end() >= len(text):
            break
        at += found.end()
    return at


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans between marks, but not inside brackets."""
    at, depth = start, 0
    for found in _BREAK.finditer(text, start, end):
        inside = text[at : found.start()]
        depth = inside.count("(") - inside.count(")")
        if depth > 0 and found.start() - at < 40:
            continue
        yield at, found.start()
        at = found.end()
    if at < end:
        yield at, end


def _split(names: str) -> Iterator[tuple[int, str]]:
    """The members of a list joined by 、 (和 only between two full names)."""
    at, depth = 0, 0
    for place, char in enumerate(names):
        if char in "(“《":
            depth += 1
        elif char in ")”》":
            depth = max(0, depth - 1)
        elif char == "、" and depth == 0:
            yield at, names[at:place]
            at = place + 1
    yield at, names[at:]


def _distinct(found: list[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start, m.start - m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
        elif mention.end - mention.start > kept[-1].end - kept[-1].start:
            kept[-1] = replace(mention)
    return kept


@lru_cache(maxsize=4)
def project_reader_for(words: Lexicon) -> ProjectReader:
    """The project reader of one lexicon, built once."""
    return ProjectReader(words)
