"""Write the record of base rates, or check it: `python -m experiments.base_rates [--check]` in the repository.

Needs the public data folder: POWERSIM_DATA, or ../shared/data beside the repository. Exit codes: 0 written or equal,
1 different, 2 no data.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Mapping
from typing import Any

from .data import ROOT, needed
from .record import coded_paths, document

TARGET = ROOT / "scenarios" / "record" / "base_rates_1990_2013.yaml"
WIDTH = 110
HEADER = """\
# Recorded base rates among the actors of missile_defense_2009.yaml, 1990-2013: figures with interval, source and
# definition, no data. Written by `python -m experiments.base_rates`; do not edit. EU3 is one actor throughout.
# low and high: 90 % sampling interval (exact Poisson, Jeffreys, or bootstrap over issues, dyads or actors).
# counts: events by dyad (GEO-RUS) or ordered dyad (RUS>IRN), so that a scenario is held only to those it declares.
"""


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m experiments.base_rates", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    wanted = parser.parse_args()
    place = needed()
    text = HEADER + "\n".join(render(document(place, coded_paths()))) + "\n"
    if wanted.check:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text
        print("equal" if same else f"{TARGET.name} differs: run `python -m experiments.base_rates`")
        return 0 if same else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")
    return 0


def render(found: Mapping[str, Any], depth: int = 0) -> list[str]:
    """Lines of YAML: nested mappings as blocks, mappings of numbers and lists on wrapped lines."""
    pad, lines = "  " * depth, []
    for key, value in found.items():
        if isinstance(value, Mapping) and not (value and _plain(value.values())):
            lines += [f"{pad}{key}:", *render(value, depth + 1)] if value else [f"{pad}{key}: {{}}"]
            continue
        if isinstance(value, Mapping):
            # A key and its number stay on one line.
            text = "{" + ", ".join(f"{k}:\N{NO-BREAK SPACE}{v}" for k, v in value.items()) + "}"
        elif isinstance(value, list):
            text = "[" + ", ".join(map(str, value)) + "]"
        else:
            text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)
        wrapped = textwrap.wrap(
            f"{key}: {text}",
            WIDTH,
            initial_indent=pad,
            subsequent_indent=pad + "  ",
            break_on_hyphens=False,
            break_long_words=False,
        )
        lines += [line.replace("\N{NO-BREAK SPACE}", " ") for line in wrapped]
    return lines


def _plain(values: Any) -> bool:
    return all(isinstance(value, int | float) for value in values)


if __name__ == "__main__":
    sys.exit(main())
