"""Networks and what is wrong with them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.kernel.problems import Place
from yiben.planning.network import Link, LinkType, Node, network_of, order_of
from yiben.planning.worktime import ELAPSED


def nodes(*keys: str) -> list[Node]:
    return [Node(key, ELAPSED, 10, name=f"node {key}") for key in keys]


def test_order_follows_the_links() -> None:
    network, problems = network_of(nodes("c", "a", "b"), links=[Link("a", "b"), Link("b", "c")])
    assert problems == [] and network is not None and network.order == ("a", "b", "c")
    assert [link.first for link in network.links_into()["c"]] == ["b"]
    assert [link.then for link in network.links_from()["a"]] == ["b"]


def test_a_circle_is_refused_with_its_path() -> None:
    place = Place(file="plan.yaml", line=7)
    links = [Link("s", "a"), Link("a", "b"), Link("b", "c"), Link("c", "a", place=place)]
    network, problems = network_of(nodes("s", "a", "b", "c", "t"), links=links)
    assert network is None and [problem.code for problem in problems] == ["circle"]
    path = problems[0].found.split(" → ")
    assert path[0] == path[-1] and set(path) == {"node a", "node b", "node c"} and len(path) == 4
    steps = {(f"node {link.first}", f"node {link.then}") for link in links}
    assert set(itertools.pairwise(path)) <= steps


def test_a_node_that_waits_for_itself_is_a_circle() -> None:
    problems = network_of(nodes("a"), links=[Link("a", "a")])[1]
    assert problems[0].found == "node a → node a"


def test_a_long_circle_is_shortened_in_words() -> None:
    keys = [str(n) for n in range(50)]
    problems = network_of(nodes(*keys), links=[Link(keys[n], keys[(n + 1) % 50]) for n in range(50)])[1]
    assert "… 39 more …" in problems[0].found


def test_missing_and_double_nodes_are_told() -> None:
    _, problems = network_of(nodes("design", "design"), links=[Link("desing", "design"), Link("design", "x")])
    assert [problem.code for problem in problems] == ["node-twice", "unknown-node", "unknown-node"]
    assert "such as 'design'" in problems[1].expected and "predecessor 'desing'" in problems[1].found


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40))
def test_every_network_has_an_order_or_a_real_circle(pairs: list[tuple[int, int]]) -> None:
    links = [Link(str(first), str(then)) for first, then in pairs]
    order, circle = order_of([str(n) for n in range(13)], links=links)
    if circle:
        held = {(link.first, link.then) for link in links}
        assert circle[0] == circle[-1] and all(step in held for step in itertools.pairwise(circle))
    else:
        at = {key: n for n, key in enumerate(order)}
        assert len(order) == 13 and all(at[link.first] < at[link.then] for link in links)


@pytest.mark.parametrize(
    ("kind", "start", "finish"),
    [("FS", False, False), ("SS", True, False), ("FF", False, True), ("SF", True, True)],
)
def test_which_ends_a_link_ties(kind: str, start: bool, finish: bool) -> None:
    assert (LinkType(kind).from_start, LinkType(kind).to_finish) == (start, finish)
