"""Who may do what on which rows (行级权限): asked by every door before it opens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from yiben.people.models import Duty, Officer, Unit
from yiben.people.roles import COUNTY_WIDE, RIGHTS, Action, Role

# Who works on a scene sees what is not yet published of it.
INSIDERS = (Action.RECORD, Action.FILE, Action.AUDIT, Action.APPROVE, Action.PUBLISH)


class NotAllowed(PermissionError):
    """The person may not do this there; says who, what and for which unit."""


@dataclass(frozen=True, slots=True)
class Person:
    """An officer's rights at one moment (当前身份), read once and handed on.

    `scopes` maps each action to the unit codes it reaches, or to None for the whole county.
    """

    username: str
    name: str
    unit: str
    roles: frozenset[Role]
    scopes: dict[Action, frozenset[str] | None]

    def may(self, action: Action, *, unit: str | None = None) -> bool:
        """Whether the action is allowed (for `unit`, or anywhere at all when None)."""
        if action not in self.scopes:
            return False
        reach = self.scopes[action]
        return reach is None or unit is None or unit in reach

    def reach(self, action: Action) -> frozenset[str] | None:
        """The unit codes that the action reaches; None is the whole county."""
        return self.scopes.get(action, frozenset())

    @property
    def sees_secrets(self) -> bool:
        """Whether values that are not yet published may be shown (未公布数据): to those who work on them."""
        return any(self.may(action) for action in INSIDERS)

    def narrowed_to(self, actions: Collection[Action]) -> Person:
        """The same person with no more than some actions: never more than they have."""
        return replace(self, scopes={one: reach for one, reach in self.scopes.items() if one in actions})

    def require(self, action: Action, *, unit: str | None = None) -> None:
        """Raise NotAllowed unless the action is allowed."""
        if not self.may(action, unit=unit):
            where = f" for unit {unit}" if unit else ""
            raise NotAllowed(f"{self.username} may not {action.value}{where}")


def person_of(officer: Officer) -> Person:
    """The rights of an officer, from the duties held now."""
    duties = list(Duty.objects.filter(officer=officer).select_related("unit")) if officer.is_active else []
    tree = _children_by_parent()
    scopes: dict[Action, frozenset[str] | None] = {}
    for duty in duties:
        role = Role(duty.role)
        reach = None if role in COUNTY_WIDE else _below(duty.unit.code, tree)
        for action in RIGHTS[role]:
            known = scopes.get(action, frozenset())
            scopes[action] = None if reach is None or known is None else known | reach
    roles = frozenset(Role(duty.role) for duty in duties)
    return Person(officer.username, officer.name, officer.unit.code, roles, scopes)


def machine(name: str, *, unit: str) -> Person:
    """The system itself as a person (系统): for rules and set-up runs from the command line."""
    return Person(name, name, unit, frozenset(), dict.fromkeys(Action))


def _children_by_parent() -> dict[str | None, list[str]]:
    tree: dict[str | None, list[str]] = {}
    for code, parent in Unit.objects.values_list("code", "parent__code"):
        tree.setdefault(parent, []).append(code)
    return tree


def _below(code: str, tree: dict[str | None, list[str]]) -> frozenset[str]:
    reached, waiting = {code}, [code]
    while waiting:
        fresh = [child for child in tree.get(waiting.pop(), ()) if child not in reached]
        reached.update(fresh)
        waiting.extend(fresh)
    return frozenset(reached)
