"""Prove that what is stored says what its rows say (INVARIANTS M2, M4, C1, C2, R3). Reads only.

`differences()` is the whole proof. A check is one SQL statement over everything, or over some rows that a
repair has locked (`checks.CHECKS_BY_NAME`); none asks once for each counter.
"""

from promotions.selectors.reconcile.checks import CHECKS_BY_NAME, differences, names, register
from promotions.selectors.reconcile.comparing import Check, Difference

__all__ = ["CHECKS_BY_NAME", "Check", "Difference", "differences", "names", "register"]
