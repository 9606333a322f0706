"""Frames, rules and the rulebook → findings (研判): every colour says why, for any month."""

from __future__ import annotations

from yiben.assess.explain import explain
from yiben.assess.judge import assess
from yiben.assess.model import Book, CannotJudge, Finding, Findings, Stored
from yiben.assess.replay import Change, Replay, replay
from yiben.scenes.rules import RuleSet, rule_set

__all__ = [
    "Book",
    "CannotJudge",
    "Change",
    "Finding",
    "Findings",
    "Replay",
    "RuleSet",
    "Stored",
    "assess",
    "explain",
    "replay",
    "rule_set",
]
