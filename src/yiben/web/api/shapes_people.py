"""The shapes of people (单位与人员的数据格式)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from yiben.web.api.shapes import Text as Text

Short = Annotated[Text, Field(max_length=200)]


class MeOut(Schema):
    """Who the caller is; a right reaches the named units, or the whole county (null)."""

    username: str
    name: str
    unit: str
    roles: list[str]
    rights: dict[str, list[str] | None]


class UnitIn(Schema):
    """A new unit."""

    code: Short
    name: Short
    name_en: Short = ""
    parent: Short = ""


class UnitOut(Schema):
    """A unit, and the one above it."""

    code: str
    name: str
    name_en: str
    parent: str | None


class DutyOut(Schema):
    """A role held for a unit and those below it."""

    duty: int
    role: str
    unit: str


class OfficerOut(Schema):
    """An officer with duties."""

    username: str
    name: str
    unit: str
    is_active: bool
    locked_until: datetime | None
    duties: list[DutyOut]


class OfficerIn(Schema):
    """A new officer."""

    username: Short
    name: Short
    unit: Short
    password: Short


class OfficerChangeIn(Schema):
    """One change of an officer; which other parts it needs depends on `what`."""

    username: Short
    what: Literal["give", "take", "password", "close", "open", "tokens", "second"]
    role: Short = ""
    unit: Short = ""
    duty: int = Field(default=0, ge=0, lt=2**31)
    password: Short = ""


class WebhookIn(Schema):
    """A new subscription; an empty form follows from the host, an empty scene is every one."""

    name: Short
    url: Annotated[Text, Field(max_length=500)]
    events: list[Short] = Field(max_length=10)
    form: Short = ""
    scene: Short = ""


class WebhookOut(Schema):
    """A subscription."""

    webhook: int
    name: str
    url: str
    form: str
    events: list[str]
    scene: str
    made_by: str
    made_at: datetime
    ended_at: datetime | None


class WebhookMade(WebhookOut):
    """A new subscription with the secret of its signatures."""

    secret: str


class DeliveryOut(Schema):
    """One event for one subscription."""

    id: int
    webhook_id: int
    event: str
    made_at: datetime
    state: str
    attempts: int
    next_at: datetime
    answer: str
