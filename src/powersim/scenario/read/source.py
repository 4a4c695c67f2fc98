"""Text to tree, safely: the part of YAML 1.2 that a scenario needs, and every hostile trick refused.

The parser's events are turned into nodes here, so nothing is ever constructed that the file asks for. Refused: tags,
anchors and aliases (groups and `extends` do their work without the bombs), duplicate keys, keys that are not words,
several documents, bytes that are not UTF-8, NaN and infinity, files, scalars and nesting beyond the limits below.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from yaml import YAMLError

from powersim import _yaml
from powersim.errors import Problem, ScenarioError
from powersim.scenario.read.node import Mark, Node, PathPart, Scalar, dotted, show

MAX_BYTES = 1_500_000  # the flagship has 70,000
MAX_DEPTH = 24  # the grammar needs 9
MAX_NODES = 60_000  # keys and values; the flagship has 6,600
MOST_PROBLEMS = 200  # mistakes that are reported at once
MAX_TEXT = 20_000  # characters of one scalar
MAX_DIGITS = 60  # characters of one number
INSTEAD = "write it out, or use groups or extends"

UNLIKE = re.compile(
    r"^%|^\.\.\.|\t|(^|[\s\[{,])\?(\s|$)|[|>][-+0-9]*#|[\x85\xa0\u2028\u2029\ufeff]", re.MULTILINE
)
"""What libyaml reads otherwise than ruamel: directives, ends of documents, tabs, keys that are announced, a comment
right behind the sign of a block, and what breaks a line or is a blank in one version of YAML alone."""

INTEGER = re.compile(r"[-+]?[0-9]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
WORDS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def read_file(path: Path, name: str, room: int = MAX_NODES) -> tuple[Node, list[Problem]]:
    """The tree of a file and what is wrong with it, see `read`. `name` is how errors call it."""
    try:
        if not path.is_file():
            raise _stop(name, f"no such file: {path.name}" if not path.exists() else "not a regular file")
        if path.stat().st_size > MAX_BYTES:
            raise _stop(name, "the file is too large", found=f"{path.stat().st_size} bytes",
                        allowed=f"at most {MAX_BYTES}")  # fmt: skip
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)  # the size may lie (a file that grows, a device)
    except OSError as error:
        raise _stop(name, f"cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise _stop(name, "the file is too large", allowed=f"at most {MAX_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _stop(name, "not UTF-8 text", line=line, found=f"byte 0x{raw[error.start]:02x}") from error
    return read(text, name, room)


def parse(text: str, name: str) -> Node:
    """The tree of a text; the root is a mapping. Raises ScenarioError with every duplicate key and bad scalar."""
    root, problems = read(text, name)
    if problems:
        raise ScenarioError(problems)
    return root


def read(text: str, name: str, room: int = MAX_NODES) -> tuple[Node, list[Problem]]:
    """The tree of a text, whose root is a mapping, and what is wrong though it could be read on: duplicate keys,
    anchors, tags, numbers that are not finite. Raises ScenarioError where that is not so, and where it holds more
    than `room` keys and values.
    """
    quick = _quickly(text, name, room)
    if quick is not None:
        return quick, []
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.error import YAMLError as RuamelError

    reader = _Reader(name, room)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            reader.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reader.refuse(
            Mark(name, mark.line + 1, mark.column + 1) if mark else Mark(name, 1, 1),
            f"not YAML: {error.problem or error.context or 'cannot be parsed'}",
        )
        raise ScenarioError(reader.problems) from error
    except (RuamelError, ValueError, IndexError, AssertionError, AttributeError) as error:
        # The reader refuses control characters with a bare YAMLError; the scanner trips over some broken
        # directives and escapes with Python's own exceptions.
        reader.refuse(
            Mark(name, 1, 1), f"not YAML: {str(error).splitlines()[0] if str(error) else 'unreadable'}"
        )
        raise ScenarioError(reader.problems) from error
    if reader.root is None or not isinstance(reader.root.value, dict):
        found = show(reader.root.data()) if reader.root else "nothing"
        stop = _stop(name, "a scenario is a mapping of keys", line=1, found=found, example="powersim: 1")
        raise ScenarioError([*reader.problems, *stop.problems])
    return reader.root, reader.problems


def _quickly(text: str, name: str, room: int) -> Node | None:
    """The tree of a text without a mistake, by libyaml; None where that is not sure to be what YAML 1.2 says of it.

    Then ruamel's parser, which takes ten times as long, says what is wrong.
    """
    if _yaml.PARSER is None or UNLIKE.search(text):
        return None
    reader = _Reader(name, room)
    try:
        for event in _yaml.events(text):
            if getattr(event, "value", None) == "" and not event.style:
                return None  # nothing, of which it is not agreed where it stands
            reader.take(event)
    except (YAMLError, ScenarioError, ValueError):
        return None
    mapping = reader.root is not None and isinstance(reader.root.value, dict)
    return reader.root if mapping and not reader.problems else None


def _stop(
    name: str, message: str, line: int = 0, found: str = "", allowed: str = "", example: str = ""
) -> ScenarioError:
    return ScenarioError([Problem(name, line, 1 if line else 0, "", found, allowed, example, message)])


class _Reader:
    """Builds nodes from the parser's events, on an explicit stack."""

    def __init__(self, name: str, room: int) -> None:
        self.name, self.room = name, room
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.documents = 0
        self.nodes = 0
        self.doubted = False  # the next value is not what the file says
        self.stack: list[Node] = []
        self.pending: list[
            tuple[str, Mark] | None
        ] = []  # the key read and waiting for its value, per open node

    def refuse(self, mark: Mark, message: str, found: str = "", allowed: str = "") -> None:
        self.problems.append(Problem(*mark, dotted(self.path()), found, allowed, "", message))
        if len(self.problems) >= MOST_PROBLEMS:
            raise ScenarioError(self.problems)

    def path(self) -> list[PathPart]:
        parts: list[PathPart] = []
        for depth, (node, key) in enumerate(zip(self.stack, self.pending, strict=True), 1):
            if isinstance(node.value, list):
                parts.append(
                    len(node.value) - (1 if depth < len(self.stack) else 0)
                )  # an open item is in it already
            elif key is not None:
                parts.append(key[0])
        return parts

    def take(self, event: Any) -> None:
        """One event of the parser. Raises ScenarioError where reading on would be dangerous."""
        kind = type(event).__name__
        mark = Mark(self.name, event.start_mark.line + 1, event.start_mark.column + 1)
        if kind == "DocumentStartEvent":
            self._document(event, mark)
        elif kind == "AliasEvent":
            self._halt(mark, "aliases are not allowed", found=show(f"*{event.anchor}"), allowed=INSTEAD)
        elif kind in ("ScalarEvent", "SequenceStartEvent", "MappingStartEvent"):
            self._value(event, kind, mark)
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            self.stack.pop()
            self.pending.pop()
            self._done()

    def _document(self, event: Any, mark: Mark) -> None:
        self.documents += 1
        if self.documents > 1:
            self._halt(mark, "more than one document in the file")
        if event.version not in (None, (1, 2)) or event.tags:
            self._halt(mark, "directives are not allowed", allowed="plain YAML 1.2")

    def _value(self, event: Any, kind: str, mark: Mark) -> None:
        self.nodes += 1
        if self.nodes > self.room:
            self._halt(mark, "too many values", allowed=f"at most {MAX_NODES}")
        if event.anchor is not None:
            self.refuse(mark, "anchors are not allowed", found=show(f"&{event.anchor}"), allowed=INSTEAD)
        if event.tag is not None:
            self.refuse(mark, "tags are not allowed", found=show(event.tag), allowed="plain values")
            self.doubted = True
        if kind == "ScalarEvent":
            self._scalar(event, mark)
            return
        if self.stack and isinstance(self.stack[-1].value, dict) and self.pending[-1] is None:
            self._halt(
                mark, "a key must be a word", found="a list" if kind == "SequenceStartEvent" else "a mapping"
            )
        node = Node(mark, [] if kind == "SequenceStartEvent" else {})
        self._add(node)
        if len(self.stack) >= MAX_DEPTH:
            self._halt(mark, "nested too deeply", allowed=f"at most {MAX_DEPTH} levels")
        self.stack.append(node)
        self.pending.append(None)

    def _scalar(self, event: Any, mark: Mark) -> None:
        text = str(event.value)
        quoted = bool(event.style)
        if len(text) > MAX_TEXT:
            self._halt(mark, "text too long", found=f"{len(text)} characters", allowed=f"at most {MAX_TEXT}")
        if self.stack and isinstance(self.stack[-1].value, dict) and self.pending[-1] is None:
            self._key(text, quoted, mark)
        else:
            value = text if quoted else self._plain(text, mark)
            self._add(Node(mark, value, text=text, quoted=quoted))
            self._done()

    def _key(self, text: str, quoted: bool, mark: Mark) -> None:
        holder = self.stack[-1]
        if not text or (not quoted and WORDS.get(text, text) is None):
            self.refuse(mark, "a key must be a word", found=show(text or None))
            self.doubted = True
        elif text in holder.keys:
            self.refuse(
                mark, f"duplicate key {show(text)}", found=f"it again; first on line {holder.keys[text].line}"
            )
        else:
            holder.keys[text] = mark
        self.pending[-1] = (text, mark)

    def _plain(self, text: str, mark: Mark) -> Scalar:
        """The value of an unquoted scalar by YAML 1.2's core schema (on, off, yes and no are words)."""
        if text in WORDS:
            return WORDS[text]
        if NOT_FINITE.fullmatch(text):
            self._not_finite(text, mark)
            return None
        if FLOAT.fullmatch(text):
            number = float(text)
            if not math.isfinite(number) or len(text) > MAX_DIGITS:
                self._not_finite(show(text), mark)
                return None
            return int(text) if INTEGER.fullmatch(text) else number
        return text

    def _not_finite(self, text: str, mark: Mark) -> None:
        self.refuse(mark, "not a finite number", found=text)
        self.doubted = True

    def _add(self, node: Node) -> None:
        node.refused, self.doubted = self.doubted, False
        if not self.stack:
            self.root = node
            return
        holder, key = self.stack[-1], self.pending[-1]
        if isinstance(holder.value, list):
            holder.value.append(node)
        elif isinstance(holder.value, dict) and key is not None:
            holder.value.setdefault(key[0], node)

    def _done(self) -> None:
        """A value is complete: the mapping that holds it waits for its next key."""
        if self.pending:
            self.pending[-1] = None

    def _halt(self, mark: Mark, message: str, found: str = "", allowed: str = "") -> None:
        """Refuse, and stop reading: going on would be dangerous."""
        self.refuse(mark, message, found, allowed)
        raise ScenarioError(self.problems)
