"""The command that computes what a call in Python computes: what provenance says, and a shell can be given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from powersim.run.opened import LoadedScenario
from powersim.sim import provenance

OFF = "off"  # what --no-priors sets


def equivalent(verb: str, opened: LoadedScenario, options: Mapping[str, object]) -> str:
    """A command line: options by name, those without a value left out, lists joined with commas."""
    written: list[str] = [verb, opened.name]
    for name, value in options.items():
        if value is None or value is False:
            continue
        option = "--" + name.replace("_", "-")
        written += [option] if value is True else [option, _value(value)]
    for key, text in opened.overrides.items():
        written += ["--set", f"{key}={text}"]
    return provenance.command_line(written)


def _value(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(str, value))
    return str(value)
