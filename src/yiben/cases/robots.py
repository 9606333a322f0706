"""What a notice says (通知内容), and in which form the robots of group chats take it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit, urlunsplit

from yiben.cases.model import Case
from yiben.scenes.cases import CaseBook

LINES_SHOWN = 20
ROBOTS = {"oapi.dingtalk.com": "dingtalk", "qyapi.weixin.qq.com": "wecom", "open.feishu.cn": "feishu"}
COLOURS = {"red": "红灯", "yellow": "黄灯", "green": "绿灯"}
STATES = {
    "sent": "已发出",
    "received": "已签收",
    "returned": "退回重办",
    "answered": "已反馈待审核",
    "asked": "申请豁免待批",
    "closed": "已销号",
    "exempt": "已豁免",
    "void": "已作废",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told (通知): a heading, lines of text, and whom it concerns."""

    heading: str
    lines: tuple[str, ...]
    unit: str
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, case: Case, *, book: CaseBook, title: str) -> Notice:
        """The notice of a case as it stands; says nothing that only insiders may read."""
        slip = case.slip
        kind = book.slips[slip.type].label.zh
        name = str(case.opening.get("name", "")) or case.subject
        lines = (
            f"{slip.number} {STATES[case.state]}",
            f"事由:{case.reason('zh')}",
            f"答复期限:{case.due}" if case.waits_for_unit else "",
        )
        facts = {
            "event": f"case.{case.steps[-1].do}",
            "scene": case.scene,
            "subject": case.subject,
            "case": case.slot,
            "number": slip.number,
            "state": case.state,
            "level": case.level,
            "unit": case.unit,
            "due": case.due.isoformat(),
            "at": case.steps[-1].at.isoformat(),
        }
        shown = tuple(line for line in lines if line)
        return cls(f"{title}{kind}:{name}", shown, case.unit, facts)

    @classmethod
    def of_round(cls, cases: Sequence[Case], *, title: str) -> Notice:
        """One notice for all slips that a round sent to one unit; robots refuse floods."""
        first = cases[0]
        shown = [
            f"{one.slip.number} {one.opening.get('name') or one.subject},{one.due}前答复" for one in cases
        ]
        more = [f"……共{len(cases)}件"] if len(cases) > LINES_SHOWN else []
        facts = {
            "event": "case.open",
            "scene": first.scene,
            "unit": first.unit,
            "number": first.slip.number,
            "numbers": [one.slip.number for one in cases],
        }
        heading = f"{title}:新发{len(cases)}件督办"
        return cls(heading, (*shown[:LINES_SHOWN], *more), first.unit, facts)

    @classmethod
    def of_findings(cls, counts: Mapping[str, int], *, scene: str, month: str, title: str) -> Notice:
        """What the rules found of a month, counted by colour (研判)."""
        lines = tuple(f"{COLOURS.get(name, name)} {count}" for name, count in counts.items())
        facts = {"event": "finding.month", "scene": scene, "month": month, "counts": dict(counts)}
        return cls(f"{title}:{month}研判", lines, "", facts)

    @classmethod
    def of_publication(cls, event: str, *, name: str, title: str, facts: Mapping[str, Any]) -> Notice:
        """A board or bulletin that was published or approved (发布); `facts` names it."""
        said = {"board": "已发布", "bulletin": "已发布,待签发", "approved": "已签发"}[event]
        lines = (f"{name} {said}", f"指纹:{str(facts['digest'])[:16]}")
        return cls(f"{title}:{name}", lines, "", {"event": f"publication.{event}", **facts})

    @property
    def text(self) -> str:
        """Heading and lines as plain text."""
        return "\n".join((self.heading, *self.lines))


def payload_for(robot: str, notice: Notice) -> dict[str, Any]:
    """The message in the form that a robot takes; unknown ones get plain JSON."""
    marked = "\n\n".join((f"**{notice.heading}**", *notice.lines))
    if robot == "dingtalk":
        return {"msgtype": "markdown", "markdown": {"title": notice.heading, "text": marked}}
    if robot == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": marked}}
    if robot == "feishu":
        return {"msg_type": "text", "content": {"text": notice.text}}
    return {"heading": notice.heading, "lines": list(notice.lines), **notice.facts}


def signed(url: str, *, robot: str, milliseconds: int) -> str:
    """The address with DingTalk's signature where it carries a secret; the secret is taken out."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    secret = query.pop("secret", "")
    if robot == "dingtalk" and secret:
        said = f"{milliseconds}\n{secret}".encode()
        digest = hmac.new(secret.encode(), said, hashlib.sha256).digest()
        query |= {"timestamp": str(milliseconds), "sign": base64.b64encode(digest).decode()}
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote_plus)))
