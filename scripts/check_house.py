"""The house's budget (代码预算): file and function lengths, docstrings, unfinished words, docs that name things.

Prints what is over budget and fails; `--print` shows the figures. An exception carries its reason.
"""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "yiben"
FILE_LIMIT, FUNCTION_LIMIT, MEDIAN_LIMIT = 400, 70, 8
UNFINISHED = re.compile("NotImplemented" + r"Error|\bTO" + r"DO\b|\bFIX" + r"ME\b")
# path → why it may be longer than the limit.
EXCEPTIONS: dict[str, str] = {}


def main() -> int:
    """Check every source file; the number of faults is the exit code (at most 100)."""
    lengths: list[int] = []
    faults: list[str] = []
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT).as_posix()
        if text.count("\n") > FILE_LIMIT and name not in EXCEPTIONS:
            faults.append(f"{name}: {text.count(chr(10))} lines (limit {FILE_LIMIT})")
        if found := UNFINISHED.search(text):
            faults.append(f"{name}: unfinished: {found[0]}")
        faults += _tree_faults(name, ast.parse(text), lengths)
    median = statistics.median(lengths)
    if median > MEDIAN_LIMIT:
        faults.append(f"median function length {median} (limit {MEDIAN_LIMIT})")
    if "--print" in sys.argv:
        source = _lines(SOURCE)
        print(f"functions {len(lengths)}, median {median}, longest {max(lengths)}")
        print(f"source lines {source}, test lines per source line {_lines(ROOT / 'tests') / source:.2f}")
    print("\n".join(faults) or "within the budget")
    return min(len(faults), 100)


def _tree_faults(name: str, tree: ast.Module, lengths: list[int]) -> Iterator[str]:
    if not ast.get_docstring(tree) and tree.body:
        yield f"{name}: the module has no docstring"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            lengths.append(_body_lines(node))
            if length > FUNCTION_LIMIT and f"{name}:{node.name}" not in EXCEPTIONS:
                yield f"{name}:{node.lineno} {node.name} is {length} lines (limit {FUNCTION_LIMIT})"
        if _is_public(node) and not ast.get_docstring(node):  # type: ignore[arg-type]
            yield f"{name}:{node.lineno} {node.name} has no docstring"  # type: ignore[attr-defined]


def _is_public(node: ast.AST) -> bool:
    """Whether a node is a top-level class or function that others may use."""
    top = isinstance(node, ast.FunctionDef | ast.ClassDef) and node.col_offset == 0
    return top and not node.name.startswith("_")


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _lines(folder: Path) -> int:
    return sum(path.read_text(encoding="utf-8").count("\n") for path in folder.rglob("*.py"))


if __name__ == "__main__":
    sys.exit(main())
