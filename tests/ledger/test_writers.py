"""Twenty at once on one subject: one wins, and every other is told what was there before."""

from __future__ import annotations

import json

from children import Child, Tell, start
from databases import START, County, code

WRITERS = 20


def run(works: list[Child]) -> list[list[str]]:
    """What all children told; none may have failed."""
    told = [child.lines() for child in works]
    assert not [line for lines in told for line in lines if line.startswith("FAILED")], told
    return told


def test_one_of_twenty_wins_and_the_others_see_both_values(county: County) -> None:
    from yiben.kernel.problems import Refused
    from yiben.ledger.models import Entry
    from yiben.ledger.verify import verify

    county.record(county.project(1, land="0"))

    def state(tell: Tell, number: int) -> None:
        try:
            done = county.record(county.only(1, land=str(number)), seen=1, at=START)
            tell(json.dumps(["won", number, done.transaction]))
        except Refused as refused:
            (problem,) = refused.problems
            tell(json.dumps(["lost", number, problem.code, problem.found, problem.expected]))

    told = run([start(lambda tell, number=number: state(tell, number)) for number in range(1, WRITERS + 1)])
    outcomes = [json.loads(line) for lines in told for line in lines]
    (winner,) = [one for one in outcomes if one[0] == "won"]
    losers = [one for one in outcomes if one[0] == "lost"]
    assert len(losers) == WRITERS - 1
    for _, number, problem, found, expected in losers:
        assert problem == "changed-meanwhile"
        assert f"land = '{winner[1]}'" in found and f"'{number}'" in expected
    assert Entry.objects.filter(subject=code(1)).count() == 2
    assert verify().clean


def test_twenty_who_count_together_lose_no_count(county: County) -> None:
    """Each reads, adds one, and tries again when told that somebody was faster."""
    from yiben.kernel.problems import Refused
    from yiben.ledger.frames import frame
    from yiben.ledger.record import head
    from yiben.ledger.verify import verify

    county.record(county.project(1, land="0"))
    times = 3

    def count(tell: Tell) -> None:
        for _ in range(times):
            while True:
                seen = head()
                (land,) = frame(county.pack)["land"].to_pylist()
                try:
                    done = county.record(county.only(1, land=str(land + 1)), seen=seen, at=START)
                    # Somebody stated the same value first: then this one was not counted.
                    if done.transaction:
                        break
                except Refused as refused:
                    assert refused.problems[0].code == "changed-meanwhile"
        tell("done")

    assert run([start(count) for _ in range(WRITERS)]) == [["done"]] * WRITERS
    assert frame(county.pack)["land"].to_pylist() == [WRITERS * times]
    assert verify().transactions == WRITERS * times + 1


def test_writers_of_different_subjects_all_come_through(county: County) -> None:
    from yiben.ledger.frames import frame
    from yiben.ledger.verify import verify

    def state(tell: Tell, number: int) -> None:
        for step in range(5):
            county.record(county.project(number * 10 + step), seen=0, at=START)
        tell("done")

    assert (
        run([start(lambda tell, number=number: state(tell, number)) for number in range(WRITERS)])
        == [["done"]] * WRITERS
    )
    assert frame(county.pack).num_rows == WRITERS * 5
    assert verify().clean and verify().transactions == WRITERS * 5
