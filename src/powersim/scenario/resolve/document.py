"""From the document as written to the scenario as meant: defaults, groups, dates, priors, order."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping

from powersim.scenario import resolved as r
from powersim.scenario.check.facts import Facts
from powersim.scenario.expr import Expression
from powersim.scenario.pairs import Pairs
from powersim.scenario.priors import Distribution
from powersim.scenario.schema.numbers import Ideal, Number, Prior, Size
from powersim.scenario.schema.scenario import Document, WildPrior
from powersim.world.params import MECHANISMS, SPEC, ParameterSpec


class Resolver:
    """Turns numbers into `Num`, names into sorted actors, dates into turns."""

    def __init__(self, document: Document, exact: Iterable[str] = ()) -> None:
        self.document = document
        self.facts = Facts(document)
        self.calendar = document.calendar.calendar()
        self.exact = frozenset(exact)
        self.wild = document.priors or []
        self.unmatched = set(range(len(self.wild)))
        self._patterns = [_pattern(wild.over) for wild in self.wild]
        self._of_length: dict[int, list[tuple[int, list[str]]]] = {}
        for index, pattern in enumerate(self._patterns):
            self._of_length.setdefault(len(pattern), []).append((index, pattern))

    def num(
        self, path: str, number: Number | None, default: float = 0.0, parameter: str = "", written: str = ""
    ) -> r.Num:
        """A number where it stands. Unset: the parameter's value or the default. `written` is its path in the file,
        where that differs: a number written once for many, with a prior, is one uncertain number.
        """
        if number is None:
            value = SPEC[parameter].value if parameter else default
            return r.Num(path, value, parameter=parameter)
        place = written if written and number.prior is not None else path
        prior = self.prior(place, number.value, number.prior, number.bounds, (path, written))
        return r.Num(place, number.value, prior, source=number.source or "")

    def size(self, path: str, size: Size) -> r.Num:
        """A number or the name of a parameter."""
        if size.parameter is not None:
            known = SPEC.get(size.parameter)  # unknown only while a scenario with mistakes is looked through
            value = known.value if known is not None else 0.0
            return r.Num(path, value, parameter=size.parameter, source=size.source or "")
        plain = size.value or 0.0
        prior = self.prior(path, plain, size.prior, size.bounds, (path,))
        return r.Num(path, plain, prior, source=size.source or "")

    def formula(self, path: str, ideal: Ideal, written: str = "") -> r.Formula:
        """A number, or an expression with an offset that a spread moves."""
        expression: Expression | None = ideal.expression()
        value = ideal.value if ideal.value is not None else 0.0
        place = written if written and ideal.prior is not None else path
        bounds = ideal.bounds if expression is None else (-math.inf, math.inf)
        only_spread = expression is not None
        prior = self.prior(place, value, ideal.prior, bounds, (path, written), only_spread=only_spread)
        return r.Formula(r.Num(place, value, prior, source=ideal.source or ""), expression)

    def prior(
        self,
        path: str,
        value: float,
        own: Prior | None,
        bounds: tuple[float, float],
        names: tuple[str, ...],
        *,
        only_spread: bool = False,
    ) -> Distribution | None:
        """The number's own prior, else the last wildcard that matches, unless the user has set the number exactly.

        None of any number where the scenario has its priors off.
        """
        if self.document.priors is None:
            return None
        found: Prior | None = own
        parts = path.split(".")
        for index, pattern in self._of_length.get(len(parts), ()):
            wild: WildPrior = self.wild[index]
            if _matches(pattern, parts) and (wild.spread is not None or not only_spread):
                self.unmatched.discard(index)
                if own is None and not self.exact & set(names):
                    found = wild
        return distribution(found, value, bounds) if found is not None else None

    def parameter(self, spec: ParameterSpec) -> r.Num:
        """A parameter: as the scenario has it, or its default with the default's prior."""
        number = self.document.parameters.get(spec.name)
        path = f"parameters.{spec.name}"
        if number is None:
            prior = self.prior(path, spec.value, _default_prior(spec), (spec.low, spec.high), (path,))
            return r.Num(path, spec.value, prior, source=spec.source)
        return self.patched(spec, number)

    def patched(self, spec: ParameterSpec, number: Number) -> r.Num:
        """A parameter that a scenario or theory sets."""
        path = f"parameters.{spec.name}"
        prior = self.prior(path, number.value, number.prior, (spec.low, spec.high), (path, spec.name))
        return r.Num(path, number.value, prior, source=number.source or "")

    def parameters(self) -> dict[str, r.Num]:
        """Every parameter."""
        return {name: self.parameter(spec) for name, spec in SPEC.items()}

    def mechanisms(self) -> dict[str, bool]:
        """Every switch."""
        return {name: self.document.mechanisms.get(name, True) for name in MECHANISMS}

    def theories(self, fixed: frozenset[str]) -> dict[str, r.Theory]:
        """Every theory, without what the user has fixed."""
        return {
            name: r.Theory(
                name,
                theory.title or name,
                {
                    key: self.patched(SPEC[key], value)
                    for key, value in sorted(theory.set.items())
                    if key not in fixed and key in SPEC
                },
                dict(sorted(theory.mechanisms.items())),
                theory.source or "",
            )
            for name, theory in sorted(self.document.theories.items())
        }

    def by_actor(self, parties: Iterable[str]) -> dict[str, str]:
        """Which entry speaks for each actor: its own before its group's."""
        table: dict[str, str] = {}
        for party in sorted(parties, key=lambda name: (name in self.document.actors, name)):
            for actor in self.facts.expand([party]):
                table[actor] = party
        return dict(sorted(table.items()))

    def pairs(self, base: str, table: Mapping[str, Number], sign: str, parameter: str = "") -> Pairs:
        """A number for every pair: the most particular entry's, else the default's, else the parameter's or 0."""
        speaks: dict[r.Pair, str] = {}
        keys = [key for key in table if key != "default"]
        for key in sorted(keys, key=lambda text: (-self.facts.generality(*text.split(sign)), text)):
            first, second = key.split(sign)
            for a, b in self.facts.pairs([first], [second]):
                speaks[(min(a, b), max(a, b)) if sign == "-" else (a, b)] = key
        default = table.get("default")
        shared_draw = default is not None and default.prior is not None
        if default is None or shared_draw:
            usual = self.num(f"{base}.default" if shared_draw else "", default, parameter=parameter)
        else:
            usual = r.Num("", default.value, source=default.source or "")
        found = Pairs(sorted(self.document.actors), base, sign, usual, {})
        drawn = default is not None and not shared_draw and any(_leads(p, base) for p in self._patterns)
        own = {}
        for a, b in found if drawn else sorted(speaks):
            key = speaks.get((a, b), "default")
            shared = f"{base}.{key}" if key != f"{b}{sign}{a}" else ""
            own[a, b] = self.num(found.path((a, b)), table.get(key), parameter=parameter, written=shared)
        return dataclasses.replace(found, own=own)

    def turn(self, date: str | None, otherwise: int) -> int:
        """The turn in which a date begins, within the calendar."""
        return otherwise if date is None else min(max(self.calendar.first(date), 0), self.calendar.turns - 1)

    def last_turn(self, date: str | None) -> int:
        """The turn in which a date ends, within the calendar; without a date the last."""
        end = self.calendar.turns - 1
        return end if date is None else min(max(self.calendar.last(date), 0), end)


def distribution(prior: Prior, value: float, bounds: tuple[float, float]) -> Distribution:
    """The distribution of a number with this value and range."""
    low, high = bounds
    kind, arguments = prior.given()[0], prior.arguments()
    if kind == "spread":
        kind, arguments = "uniform", [max(low, value - arguments[0]), min(high, value + arguments[0])]
    return Distribution(kind, tuple(arguments), low, high)


def _default_prior(spec: ParameterSpec) -> Prior | None:
    return Prior.model_validate(dict(spec.prior)) if spec.prior else None


def _pattern(over: str) -> list[str]:
    """Parts of a wildcard; `interests.ISSUE.ACTOR...` is short for `issues.ISSUE.interests.ACTOR...`."""
    parts = over.split(".")
    return (
        ["issues", parts[1], *([parts[0], *parts[2:]])]
        if parts[0] == "interests" and len(parts) > 1
        else parts
    )


def _leads(pattern: list[str], base: str) -> bool:
    """Whether a wildcard may match the paths of pairs."""
    above = base.split(".")
    return len(pattern) == len(above) + 1 and _matches(pattern[:-1], above)


def _matches(pattern: list[str], path: list[str]) -> bool:
    return all(wanted in ("*", part) for wanted, part in zip(pattern, path, strict=True))
