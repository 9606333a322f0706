"""Trees as in RFC 6962: its published roots, and that every leaf can be proven."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.ledger.merkle import EMPTY, audit_path, leaf_hash, node_hash, proven_root, tree_root

# The leaves and roots with which certificate-transparency implementations check themselves.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_roots_are_those_of_the_standard() -> None:
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
    assert [tree_root(leaves[: count + 1]).hex() for count in range(8)] == ROOTS
    assert tree_root([]) == EMPTY


def recursive_root(leaves: list[bytes]) -> bytes:
    """The definition in section 2.1 of the standard, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(recursive_root(leaves[:split]), recursive_root(leaves[split:]))


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_proven_by_its_path_and_no_other(count: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(count)]
    root = tree_root(leaves)
    assert root == recursive_root(leaves)
    index = data.draw(st.integers(0, count - 1))
    path = audit_path(leaves, index)
    assert proven_root(leaves[index], path) == root
    assert proven_root(leaf_hash(b"another"), path) != root


@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_order_matters(count: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(count)]
    assert tree_root(leaves) != tree_root(leaves[::-1])
