"""Roles and what each may do (角色与权限): one table, read by every door."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """One thing that may be allowed or refused (操作)."""

    READ = "read"
    FILE = "file"
    VERIFY = "verify"
    ANSWER = "answer"
    REVIEW = "review"
    RECORD = "record"
    IMPORT = "import"
    EXPORT = "export"
    PUBLISH = "publish"
    APPROVE = "approve"
    SEAL = "seal"
    MANAGE = "manage"
    AUDIT = "audit"


class Role(StrEnum):
    """What an officer is for (角色)."""

    FILER = "filer"
    VERIFIER = "verifier"
    UNIT_HEAD = "unit_head"
    CLERK = "clerk"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        """The role's official Chinese name."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.FILER: "填报员",
    Role.VERIFIER: "审核员",
    Role.UNIT_HEAD: "单位负责人",
    Role.CLERK: "发改局经办",
    Role.LEADER: "县领导",
    Role.ADMINISTRATOR: "系统管理员",
    Role.AUDITOR: "审计员",
}

# Roles whose rights reach over the whole county; the others reach their unit and those below it.
COUNTY_WIDE = frozenset({Role.CLERK, Role.LEADER, Role.ADMINISTRATOR, Role.AUDITOR})

RIGHTS: dict[Role, frozenset[Action]] = {
    Role.FILER: frozenset({Action.READ, Action.FILE, Action.ANSWER, Action.EXPORT}),
    Role.VERIFIER: frozenset({Action.READ, Action.FILE, Action.VERIFY, Action.ANSWER, Action.EXPORT}),
    Role.UNIT_HEAD: frozenset({Action.READ, Action.FILE, Action.VERIFY, Action.ANSWER, Action.EXPORT}),
    Role.CLERK: frozenset(
        {Action.READ, Action.FILE, Action.VERIFY, Action.RECORD, Action.IMPORT, Action.EXPORT, Action.REVIEW}
        | {Action.PUBLISH, Action.SEAL, Action.ANSWER}
    ),
    Role.LEADER: frozenset({Action.READ, Action.EXPORT, Action.APPROVE}),
    Role.ADMINISTRATOR: frozenset({Action.READ, Action.MANAGE, Action.EXPORT}),
    Role.AUDITOR: frozenset({Action.READ, Action.EXPORT, Action.AUDIT}),
}
