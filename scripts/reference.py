"""The reference that is made from the code: commands, the public names of Python, every key of a scenario."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

import powersim
from markdown_table import table
from powersim import cli
from powersim.scenario.template import json_schema
from powersim.study import answers, conditional, forecasting, games

WIDTH = 110
NEEDED = ("powersim", "name", "calendar", "actors", "issues")
"""Keys that a scenario cannot do without; one that extends another may."""
MADE = ("Study", "Model", "Decisions", "Proposal")
"""Classes that a user makes."""
FACE = ("Study", "Comparison", "Model", "State", "Decisions", "Proposal")
ANSWERS: tuple[type, ...] = (
    answers.Explanation, answers.Verdicts, answers.Hinges, answers.Elasticities, answers.BaseRates,
    conditional.Conditional, conditional.Origins, conditional.Weighing, forecasting.Forecasts,
    games.Play, games.Standing, games.Tournament,
)  # fmt: skip
"""What questions are answered with."""


def plain(text: str) -> str:
    """A text that is no Markdown as Markdown: nothing but `code` means anything."""
    parts = re.split(r"(`[^`\n]+`)", text)
    return "".join(
        part if part.startswith("`") else re.sub(r"([*_\[\]])", r"\\\1", part.replace("<", "&lt;"))
        for part in parts
    )


def prose(text: str) -> str:
    """A docstring as Markdown: paragraphs, and what is indented as code."""
    blocks = re.split(r"\n\n+", inspect.cleandoc(text))
    code = [f"```python\n{inspect.cleandoc(block)}\n```" if block[:4] == "    " else "" for block in blocks]
    return "\n\n".join(made or plain(block) for made, block in zip(code, blocks, strict=True))


def commands() -> str:
    """docs/reference/cli.md: every command with its options and examples, as `--help` has them."""
    group: Any = cli._command(panels=False)
    parts = [
        "# Commands\n\nWhat `powersim COMMAND --help` prints. Exit code 0 is success, 2 a mistake in what was asked, "
        "128 + n an end by signal n.\n"
    ]
    for name, command in group.commands.items():
        given = [param for param in command.params if param.param_type_name == "argument"]
        options = [param for param in command.params if param.param_type_name == "option"]
        rows = [(f"`{param.metavar}`", plain(param.help or "")) for param in given]
        for option in options:
            spelt = f"`{', '.join(option.opts)}`" + (f" `{option.metavar}`" if option.metavar else "")
            rows.append((spelt, plain(option.help or "")))
        usage = " ".join(
            ["powersim", name, *(param.metavar for param in given), "[OPTIONS]" if options else ""]
        )
        examples = inspect.cleandoc(command.epilog.replace("\b", "")).removeprefix("Examples:\n")
        parts += [f"## {name}\n", prose(command.help) + "\n", f"```text\n{usage.strip()}\n```\n"]
        parts += [table(["option", "what it does"], rows)] if rows else []
        parts += [f"```sh\n{inspect.cleandoc(examples)}\n```\n"]
    return "\n".join(parts)


def call(name: str, function: Callable[..., object], *, bound: bool = False) -> str:
    """How a function is called, with types and defaults; a line an argument where it is long."""
    signature = inspect.signature(function)
    arguments: list[str] = []
    for argument in list(signature.parameters.values())[bound:]:
        if argument.kind is argument.KEYWORD_ONLY and "*" not in arguments:
            arguments.append("*")
        star = "**" if argument.kind is argument.VAR_KEYWORD else ""
        default = "" if argument.default is argument.empty else f" = {argument.default!r}"
        default = " = ..." if "<" in default else default  # an object that only its class can make
        arguments.append(f"{star}{argument.name}: {argument.annotation}{default}")
    given_back = signature.return_annotation
    ends = "" if given_back in (signature.empty, "None", None) else f" -> {given_back}"
    line = f"{name}({', '.join(arguments)}){ends}"
    if len(line) > WIDTH:
        line = f"{name}(\n" + "".join(f"    {text},\n" for text in arguments) + f"){ends}"
    return f"```python\n{line}\n```\n"


def members(owner: type) -> Iterator[tuple[str, object]]:
    """Public methods and properties of a class that powersim wrote, in the order of their names."""
    for name in sorted(set(dir(owner)) - set(dir(Exception))):
        home = next(base for base in owner.__mro__ if name in base.__dict__)
        found = home.__dict__[name]
        kinds = (property, cached_property, staticmethod, classmethod)
        told = isinstance(found, kinds) or inspect.isfunction(found)
        if told and not name.startswith("_") and home.__module__.startswith("powersim"):
            yield name, found


def about(owner: type, level: str) -> Iterator[str]:
    """A class: what it is, how it is made, what it has and does."""
    yield f"{level} {owner.__name__}\n"
    yield from [call(owner.__name__, owner)] if owner.__name__ in MADE else []
    yield prose(inspect.getdoc(owner) or "") + "\n"
    kept: list[tuple[str, str]] = []
    calls: list[str] = []
    for name, found in members(owner):
        text = inspect.getdoc(found) or ""
        if isinstance(found, property | cached_property):
            kept.append((f"`{name}`", plain(text)))
        else:
            inner: Any = found
            bound = not isinstance(found, staticmethod)
            function = inner.__func__ if isinstance(found, staticmethod | classmethod) else inner
            calls += [
                f"{level}# {owner.__name__}.{name}\n",
                call(name, function, bound=bound),
                prose(text) + "\n",
            ]
    yield from [table(["attribute", "what it is"], kept)] if kept else []
    yield from calls


def python() -> str:
    """docs/reference/api.md: what `powersim` offers to Python, as docstrings have it."""
    names: dict[str, Any] = {name: getattr(powersim, name) for name in powersim.__all__}
    errors = [name for name, found in names.items() if inspect.isclass(found) and name not in FACE]
    parts = [
        "# Python\n\n`import powersim` costs nothing; each name is imported when it is first used. "
        "[In a notebook](../notebook.md) shows them at work.\n"
    ]
    for name in FACE:
        parts += about(names[name], "##")
    parts.append("## Functions\n")
    for name in sorted(set(names) - set(FACE) - set(errors)):
        parts += [f"### {name}\n", call(name, names[name]), prose(inspect.getdoc(names[name]) or "") + "\n"]
    parts.append("## Answers\n\nWhat the questions of a study give back.\n")
    for owner in ANSWERS:
        parts += about(owner, "###")
    parts.append("## Errors\n")
    rows = [(f"`{name}`", plain(" ".join((inspect.getdoc(names[name]) or "").split()))) for name in errors]
    return "\n".join([*parts, table(["error", "what it is"], rows)])


def kind(schema: dict[str, Any], links: Iterable[str]) -> tuple[str, str]:
    """What a place of a JSON schema takes: its type, and what of it is allowed."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return (f"[{name}](#{name.lower()})" if name in links else name), ""
    if "anyOf" in schema:
        each = [kind(one, links) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(name for name, _ in each)), "; ".join(
            dict.fromkeys(allowed for _, allowed in each if allowed)
        )
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return "word" if isinstance(values[0], str) else "number", ", ".join(f"`{value}`" for value in values)
    if schema.get("type") == "array":
        name, allowed = kind(schema.get("items", {}), links)
        least = f"at least {schema['minItems']}" if schema.get("minItems", 0) > 1 else ""
        return f"list of {name}", "; ".join(filter(None, [least, allowed]))
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        name, allowed = kind(inner if isinstance(inner, dict) else {}, links)
        return f"mapping to {name}", allowed
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", "number": "number"}
    return words.get(schema.get("type", ""), "any"), span(schema)


def span(schema: dict[str, Any]) -> str:
    """The ends of a number."""
    low, above, high = (schema.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    start = f"above {above:g}" if above is not None else f"from {low:g}" if low is not None else ""
    return " ".join(filter(None, [start, f"to {high:g}" if high is not None else ""]))


def keys() -> str:
    """docs/reference/schema.md: every key of a scenario file, from its JSON schema."""
    schema = json_schema()
    entries = {"Scenario": schema | {"required": NEEDED, "description": "The file itself."}}
    entries |= dict(sorted(schema["$defs"].items()))
    parts = [
        "# Every key\n\nFrom the JSON Schema that `powersim schema` prints for editors. Keys in **bold** are "
        "needed, all others have a default or may be left out. "
        "[Scenario files](../scenario.md) says how they go together.\n"
    ]
    for entry, body in entries.items():
        rows = [
            row(key, found, key in body.get("required", ()), entries)
            for key, found in body["properties"].items()
        ]
        said = plain(body.get("description", ""))
        parts += [f"## {entry}\n", f"{said}\n", table(["key", "what it means", "type", "allowed"], rows)]
    return "\n".join(parts)


def row(key: str, found: dict[str, Any], needed: bool, entries: Iterable[str]) -> tuple[str, str, str, str]:
    """A key of an entry: what it means, its type, what is allowed, its default, an example."""
    name, allowed = kind(found, entries)
    default = found.get("default")
    default = str(default).lower() if isinstance(default, bool) else default
    shown = "" if default in (None, "", [], {}) else f"default `{default}`"
    example = f"e.g. `{found['examples'][0]}`" if found.get("examples") else ""
    spelt = f"**`{key}`**" if needed else f"`{key}`"
    return (
        spelt,
        plain(found.get("description", "")),
        name,
        "; ".join(filter(None, [allowed, shown, example])),
    )
