"""What waits for one person (我的待办): slips to answer, answers to review, requests, deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yiben.cases.deadlines import is_unreceived
from yiben.cases.model import ANSWERED, ASKED, Case
from yiben.journeys.read_cases import cases_of, in_own_reach
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.cases import case_book
from yiben.scenes.model import Pack


@dataclass(frozen=True, slots=True)
class Inbox:
    """The cases of one scene that wait for a person (收件箱), each list by deadline.

    to_answer   sent to the person's unit and not answered
    to_review   answered, for reviewers
    to_approve  exemptions that were asked for, for approvers
    to_raise    overdue ones that can go a level up, for reviewers
    unreceived  slips whose receipt is overdue and whose answer is not yet, for reviewers
    for_leader  at the highest level, for approvers
    """

    pack: Pack
    to_answer: tuple[Case, ...]
    to_review: tuple[Case, ...]
    to_approve: tuple[Case, ...]
    to_raise: tuple[Case, ...]
    unreceived: tuple[Case, ...]
    for_leader: tuple[Case, ...]

    @property
    def count(self) -> int:
        """How many things wait for a deed of this person."""
        return len(self.to_answer) + len(self.to_review) + len(self.to_approve) + len(self.to_raise)


def inbox(pack: Pack, person: Person, *, on: date) -> Inbox:
    """What waits for a person in one scene on a day."""
    book = case_book(pack)
    top = list(book.levels)[-1]
    standing = sorted((case for case in cases_of(pack) if case.is_open), key=lambda case: case.due)
    answers, reviews = person.may(Action.ANSWER), person.may(Action.REVIEW)
    approves = person.may(Action.APPROVE)

    def chosen(wanted: bool, cases: Sequence[Case]) -> tuple[Case, ...]:
        return tuple(cases) if wanted else ()

    return Inbox(
        pack=pack,
        to_answer=chosen(
            answers,
            [
                case
                for case in standing
                if case.waits_for_unit and in_own_reach(person, Action.ANSWER, case.unit)
            ],
        ),
        to_review=chosen(reviews, [case for case in standing if case.state == ANSWERED]),
        to_approve=chosen(approves, [case for case in standing if case.state == ASKED]),
        to_raise=chosen(
            reviews, [case for case in standing if case.is_overdue(on) and book.next_level(case.level)]
        ),
        unreceived=chosen(
            reviews,
            [case for case in standing if is_unreceived(case, on=on, book=book) and not case.is_overdue(on)],
        ),
        for_leader=chosen(approves, [case for case in standing if case.level == top]),
    )
