"""Merkle trees as in RFC 6962 (默克尔树), over SHA-256; standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf; the prefix keeps leaves and inner nodes apart."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes in order; that of no leaves is the hash of nothing.

    Works leaf by leaf with a stack of full subtrees: memory grows with the logarithm.

    >>> tree_root([leaf_hash(b"a")]) == leaf_hash(b"a")
    True
    """
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        height, current = 0, leaf
        while stack and stack[-1][0] == height:
            current = node_hash(stack.pop()[1], current)
            height += 1
        stack.append((height, current))
    if not stack:
        return EMPTY
    _, root = stack.pop()
    while stack:
        root = node_hash(stack.pop()[1], root)
    return root


def audit_path(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """The sibling hashes (side, hash) that prove the leaf at `index`, from the leaf up."""
    if len(leaves) <= 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < split:
        return [*audit_path(leaves[:split], index), ("right", tree_root(leaves[split:]))]
    return [*audit_path(leaves[split:], index - split), ("left", tree_root(leaves[:split]))]


def proven_root(leaf: bytes, path: Iterable[tuple[str, bytes]]) -> bytes:
    """The root that a leaf and its audit path lead to."""
    for side, sibling in path:
        leaf = node_hash(sibling, leaf) if side == "left" else node_hash(leaf, sibling)
    return leaf
