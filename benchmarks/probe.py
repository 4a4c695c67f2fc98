"""One measurement in a process of its own, printed as JSON: `python benchmarks/probe.py WHAT SCENARIO ...`.

A fresh process, because whether rules are compiled is fixed at import, and because peak memory never falls.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
SEED = 2009


def peak_mb() -> float:
    """Largest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES_PER_UNIT / 1e6
