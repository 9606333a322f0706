"""Judging a flat book in arrays (按列批量研判): the same meaning as the plans, a block of subjects at a time.

What does not fit here, an odd expression or an amount beyond what 64 bits hold, raises NotInCells,
and the plan of the embedded engine judges instead.
"""

from __future__ import annotations

from yiben.assess.cells.values import NotInCells

__all__ = ["NotInCells"]
