"""Scenarios: YAML made by people into a resolved scenario, and that into the arrays of the world.

`load.load` reads, checks and resolves a file; `build.build` makes arrays; `canonical` dumps and identifies; `digest`,
`template` and `template.json_schema` serve the command line and editors.
"""
