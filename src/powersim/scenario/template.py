"""What an author starts from: a commented template, and a JSON Schema for editors."""

from __future__ import annotations

from importlib import resources
from typing import Any

from powersim.scenario.library import example
from powersim.scenario.schema.scenario import Document

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"


FOR_EDITORS = """# yaml-language-server: $schema=powersim.schema.json
# The line above lets an editor complete keys: powersim schema > powersim.schema.json, beside this file.
"""


def template(name: str | None = None) -> str:
    """A commented scenario that passes `powersim check` as it is; with a name, that example of the library."""
    template = resources.files("powersim.scenario").joinpath("template.yaml")
    return FOR_EDITORS + (template if name is None else example(name)).read_text("utf-8")


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario file: keys, types and ranges; references and contradictions need `check`."""
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
    return {"$schema": SCHEMA_ID, **schema, "title": "powersim scenario"}
