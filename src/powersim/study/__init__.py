"""The face: a scenario with what is asked of it, and what comes back. `powersim.Study` and `powersim.Comparison`."""

from __future__ import annotations

from powersim.study.results import Comparison, Results
from powersim.study.study import Study

__all__ = ["Comparison", "Results", "Study"]
