"""What tells a page (HTML) that this program wrote."""

from __future__ import annotations

import re

from powersim.files.writing import Mark

GENERATOR = '<meta name="generator" content="powersim">'
"""Stands in the head of every page, before any text of a scenario."""

PAGE_MARK: Mark = re.compile(
    rb"\A\s*<!doctype html>[^\0]{0,400}" + re.escape(GENERATOR).encode(), re.IGNORECASE
)
