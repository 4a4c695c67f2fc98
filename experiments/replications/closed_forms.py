"""Single rules against the numbers of data/closed_forms.yaml: same arguments, same answer."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any, cast

from experiments.replications.rows import DERIVED, Row, load


def rule_named(path: str) -> Callable[..., Any]:
    """The rule or oracle of that name, as `file.function`."""
    module, name = path.split(".")
    for package in ("powersim.rules", "powersim.oracles"):
        if importlib.util.find_spec(f"{package}.{module}"):
            found = getattr(importlib.import_module(f"{package}.{module}"), name, None)
            if found is not None:
                return cast(Callable[..., Any], found)
    raise LookupError(f"there is no rule {path}")


def number(text: str) -> float:
    """A number, or the truth of a claim as 0 or 1."""
    return float({"yes": "1", "no": "0"}.get(text, text))


def rows() -> Iterator[Row]:
    """One row a number; a rule that returns several gives several."""
    for model, entry in load("closed_forms.yaml").items():
        for path, cases in entry["rules"].items():
            rule = rule_named(path)
            for arguments, theirs in cases:
                found = rule(*(float(a) for a in arguments))
                values = found if isinstance(found, tuple) else (found,)
                expected = theirs if isinstance(theirs, list) else [theirs]
                for part, (value, text) in enumerate(zip(values, expected, strict=True)):
                    which = f"[{part}]" if len(expected) > 1 else ""
                    what = f"{path.split('.')[1]}({', '.join(arguments)}){which}"
                    text = {"yes": "1", "no": "0"}.get(text, text)
                    yield Row(model, what, entry.get("kind", DERIVED), text, float(value), entry["source"])
