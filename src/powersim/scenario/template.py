"""What an author starts from: a commented template, and a JSON Schema for editors."""

from __future__ import annotations

from importlib import resources
from typing import Any

from ruamel.yaml import YAML

from powersim.scenario.library import example
from powersim.scenario.schema.scenario import Document
from powersim.world.quantities import QUANTITIES

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"


FOR_EDITORS = """# yaml-language-server: $schema=powersim.schema.json
# The line above lets an editor complete keys: powersim schema > powersim.schema.json, beside this file.
"""


def template(name: str | None = None) -> str:
    """A commented scenario that passes `powersim check` as it is; with a name, that example of the library."""
    template = resources.files("powersim.scenario").joinpath("template.yaml")
    return FOR_EDITORS + (template if name is None else example(name)).read_text("utf-8")


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario file: keys, meanings, types and ranges.

    References and contradictions need `check`.
    """
    schema = Document.model_json_schema(by_alias=True, mode="validation")
    schema["properties"]["extends"] = {
        "type": "string",
        "description": "a file that this one is laid over, relative to this file",
        "examples": ["base.yaml"],
    }
    schema["properties"]["set"] = {
        "type": "object",
        "description": "parameters and dotted paths of keys with the values that they are set to, exactly",
        "examples": [{"rho": 0.5, "issues.radar.start": 0.2}],
    }
    schema.pop("required", None)  # what one file leaves out the file that it extends may hold
    _describe(schema)
    return {"$schema": SCHEMA_ID, **schema, "title": "powersim scenario"}


def _describe(schema: dict[str, Any]) -> None:
    """Say of every key what it means, in the words of schema/keys.yaml; of what an outcome watches, in its own."""
    text = resources.files("powersim.scenario").joinpath("schema", "keys.yaml").read_text("utf-8")
    means: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(text)
    means["Quantity"] = {name: quantity.unit for name, quantity in QUANTITIES.items()}
    means["WildPrior"] |= means["Prior"]
    for entry, body in [("Scenario", schema), *schema["$defs"].items()]:
        for key, found in body["properties"].items():
            said = means.get(entry, {}).get(key, means["any"].get(key))
            if said is not None:
                found["description"] = said
