"""`Study`: a scenario, and every question that can be asked of it. What the command line does is one call of this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from powersim.errors import Argument, ArgumentError
from powersim.run import work
from powersim.run.listener import Count, Listener, heard
from powersim.run.opened import Chosen, Source, chosen, one_of, open_source
from powersim.run.plan import Plan, headline, plan
from powersim.run.possible import COUPLINGS, SAME
from powersim.run.stages import Job
from powersim.scenario.canonical import checksum
from powersim.scenario.load import Overrides, dump
from powersim.scenario.resolved import Scenario
from powersim.study import given, questions
from powersim.study.answers import BaseRates, Elasticities, Explanation, Hinges, Verdicts
from powersim.study.asking import GivenQuestions, folder_of
from powersim.study.command import OFF, equivalent
from powersim.study.pages import Pages
from powersim.study.results import Comparison, Results, carried_out, check_effects

if TYPE_CHECKING:
    from powersim.study.tales import About, Chronicles, Tale, TwoTales

PRIORS = "priors"  # the key of a scenario that holds them


class Study(GivenQuestions, Pages):
    """A scenario with the branches, theories and seed of a study.

    source: a file, a scenario that is resolved, or plain data in the shape of a file; a provenance.json opens the
    study that left it. branches: names, the reference first; theories: names; without them all (what differs is said
    where it does). seed: of all random draws. overrides: what is set over the scenario, exactly: {"rho": 0.5,
    "issues.radar.start": 0.2}. sampling: how runs are spread over the uncertain numbers. priors: False draws no
    uncertain number, each has its central value.

    Names come in lists, or alone. PowersimError, a ScenarioError with every problem for a scenario, says what cannot
    be; Stopped, when the user ends a computation, how far it came.
    """

    def __init__(
        self,
        source: Source,
        branches: Chosen = None,
        theories: Chosen = None,
        seed: int | None = None,
        *,
        overrides: Overrides | None = None,
        sampling: str | None = None,
        priors: bool = True,
    ) -> None:
        if not isinstance(priors, bool):
            raise ArgumentError(PRIORS, f"found {priors!r}; allowed: True or False")
        changed = _overrides(overrides)
        if not priors:
            if changed.get(PRIORS, OFF) != OFF:
                raise ArgumentError(
                    PRIORS, f"found False, and {changed[PRIORS]} among the overrides; allowed: one of them"
                )
            changed[PRIORS] = OFF
        self.opened = open_source(source, changed)
        self.source = Path(source) if isinstance(source, str | Path) else None
        self.branches, self.theories, self.seed, self.sampling = branches, theories, seed, sampling
        self.date = self.opened.recorded.get("given")
        self._plan(branches, theories)  # says at once what cannot be

    @property
    def scenario(self) -> Scenario:
        """The resolved scenario."""
        return self.opened.scenario

    @property
    def checksum(self) -> str:
        """The scenario's checksum: the same for all that give the same histories."""
        return checksum(self.scenario)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes, the headline ones first."""
        return self.opened.outcomes

    def dump(self) -> str:
        """The scenario as YAML, with what was set over it."""
        return dump(self.scenario)

    def compare(
        self,
        runs: int | None = None,
        *,
        until: str | None = None,
        sweep: str | Sequence[str] | None = None,
        outcomes: Chosen = None,
        out: str | Path | None = None,
        resume: bool = False,
        engine: str | None = None,
        workers: int | None = None,
        scheduler: str | None = None,
        paths: int | None = None,
        worlds: int | None = None,
        by_evidence: bool = False,
        coupling: str | None = None,
        progress: Listener | Count | None = None,
    ) -> Comparison:
        """What the branches change, each against the first, under every theory.

        runs: of each branch under each theory; until: go on until an interval is narrow ("war ci < 0.01"). sweep: move
        the date of the intervention over a period, ("2009Q1", "2010Q4"). outcomes: those to tell of first. out: a
        folder to keep everything in; resume: go on with what is there. engine: compiled, mesa or dask (scheduler: the
        address of its cluster). paths: keep whole paths of so many runs. worlds: how many under each theory where the
        study is `given` a date; by_evidence: weigh theories by what the record says of them there; coupling: which
        luck branches share once they have parted there, the "same" or none ("fresh"). progress: called with the steps
        done and all.
        """
        questions.check_given(self.date, worlds, by_evidence, sweep, coupling=coupling)
        one_of("coupling", coupling or SAME, COUPLINGS)
        by_evidence = by_evidence or bool(self.opened.recorded.get("by_evidence"))
        coupling = coupling or self.opened.recorded.get("coupling")
        moved = sweep if sweep is None or isinstance(sweep, str) else "..".join(sweep)
        planned = plan(self.opened, self.branches, self.theories, self.seed, moved, self.sampling)
        names = headline(self.opened) if outcomes is None else chosen(outcomes, self.outcomes, "outcome")
        where = folder_of(out)
        if where is not None and where.exists():
            check_effects(where)
        more: Mapping[str, object] = {}
        if self.date is not None:
            wanted = given.asked_of(planned, self.date, worlds, coupling, where)  # says what cannot be
            more = given.facts(wanted, by_evidence=by_evidence)
        job = Job(
            planned, heard(progress), runs, until, where, resume, engine, scheduler, workers, paths, more
        )
        asked = {
            "branches": self.branches, "theories": self.theories, "runs": runs, "seed": self.seed, "out": out,
            "sweep": moved, "outcomes": outcomes, "engine": engine, "scheduler": scheduler, "workers": workers,
            "paths": paths, "until": until, "sampling": self.sampling, "resume": resume, "given": self.date,
            "worlds": worlds, "by_evidence": by_evidence, "coupling": coupling,
        }  # fmt: skip
        found = carried_out(job, Comparison, equivalent("compare", self.opened, asked))
        found.shown = names
        if self.date is not None:
            found.condition(
                self.date, worlds, job.listener, resume, workers, by_evidence, coupling, engine, scheduler
            )
        return found

    def run(
        self,
        branch: str | None = None,
        theory: str | None = None,
        runs: int | None = None,
        *,
        out: str | Path | None = None,
        resume: bool = False,
        engine: str | None = None,
        workers: int | None = None,
        scheduler: str | None = None,
        paths: int | None = None,
        progress: Listener | Count | None = None,
    ) -> Results:
        """Histories of one branch under one theory, by default the first of each."""
        planned = self._single(branch, theory)
        where = folder_of(out)
        job = Job(planned, heard(progress), runs, None, where, resume, engine, scheduler, workers, paths)
        asked = {
            "branch": planned.branches[0], "theory": planned.theories[0], "runs": runs, "seed": self.seed, "out": out,
            "engine": engine, "scheduler": scheduler, "workers": workers, "paths": paths, "resume": resume,
        }  # fmt: skip
        return carried_out(job, Results, equivalent("run", self.opened, asked))

    def why(
        self,
        outcomes: Chosen = None,
        runs: int | None = None,
        *,
        branches: Chosen = None,
        out: str | Path | None = None,
        resume: bool = False,
        workers: int | None = None,
        progress: Listener | Count | None = None,
    ) -> Explanation:
        """Why the second of two branches differs from the first: through which channels, by which mechanisms."""
        return questions.why(
            self.opened, outcomes, branches if branches is not None else self.branches, self.theories, self.seed,
            runs, folder_of(out), resume, workers, heard(progress),
        )  # fmt: skip

    def verdict(
        self,
        hypotheses: Chosen = None,
        draws: int | None = None,
        lucks: int | None = None,
        *,
        out: str | Path | None = None,
        resume: bool = False,
        workers: int | None = None,
        progress: Listener | Count | None = None,
    ) -> Verdicts:
        """What becomes of the scenario's hypotheses, at `draws` places among assumptions with `lucks` runs each."""
        return questions.verdict(
            self.opened, hypotheses, draws, lucks, self.seed, folder_of(out), resume, workers, heard(progress)
        )

    def sensitivity(
        self,
        outcome: str | None = None,
        runs: int | None = None,
        *,
        branches: Chosen = None,
        method: str = "all",
        maps: Sequence[Sequence[str]] | None = None,
        threshold: float = 0.0,
        out: str | Path | None = None,
        workers: int | None = None,
        progress: Listener | Count | None = None,
    ) -> Hinges:
        """On which assumptions the effect of the second of two branches hangs, by default under the first theory.

        maps: pairs of assumptions to map the effect over. threshold: the effect above which a run counts.
        """
        return questions.sensitivity(
            self.opened, outcome, branches if branches is not None else self.branches, self.theories, self.seed,
            runs, method, maps, threshold, folder_of(out), workers, heard(progress),
        )  # fmt: skip

    def elasticities(
        self,
        inputs: Chosen = None,
        outcomes: Chosen = None,
        runs: int | None = None,
        *,
        branch: str | None = None,
        signs: str | Path | None = None,
        nudge: float | None = None,
        effects: bool = False,
        out: str | Path | None = None,
        workers: int | None = None,
        progress: Listener | Count | None = None,
    ) -> Elasticities:
        """What moves what: every input from its low to its high place with the same luck, beside expected signs.

        inputs: parameters, paths of priors, branches, or ["all"]; without them the parameters with priors, the
        yardsticks and what the signs name. branch: where levels are looked at, by default the reference. signs: a file,
        by default signs/NAME.yaml beside the scenario. nudge: share of a prior between both places. effects: also what
        is expected of differences between branches that answer the question, which are left alone otherwise.
        """
        return questions.elasticities(
            self.opened, self.source, inputs, outcomes, self.branches, self.theories, self.seed, runs, branch,
            folder_of(signs), nudge, effects, folder_of(out), workers, heard(progress),
        )  # fmt: skip

    def tell(
        self,
        branch: str | None = None,
        run: int = 0,
        *,
        theory: str | None = None,
        engine: str | None = None,
        world: int | None = None,
        folder: str | Path | None = None,
        progress: Listener | Count | None = None,
        **about: Unpack[About],
    ) -> Tale:
        """What happened in a run: its story, or what of it is about actors or issues, of some kinds, in a period.

        world: the number of a world, among those that a study given a date left in `folder`, instead of a run.
        """
        from powersim.study.tales import check_run, tale, wanted

        if world is not None and folder is None:
            raise ArgumentError("world", "needs the folder of its study, e.g. ", Argument("folder", "out/my"))
        check_run(run)
        planned = self._first(branch, theory)
        some = wanted(planned, **about)
        one = None if world is None or folder is None else questions.world(planned, world, Path(folder))
        return tale(planned, run if world is None else world, some, engine, heard(progress), one)

    def tell_apart(
        self,
        branches: Chosen = None,
        run: int = 0,
        *,
        theory: str | None = None,
        engine: str | None = None,
        progress: Listener | Count | None = None,
        **about: Unpack[About],
    ) -> TwoTales:
        """What happened in one only of two branches of a run, by default the first two, and how it hangs on them.

        A branch that is named twice is set beside itself.
        """
        from powersim.study.tales import check_run, two_tales, wanted

        check_run(run)
        planned = self._pair(branches, theory)
        return two_tales(planned, run, wanted(planned, **about), engine, heard(progress))

    def tell_many(
        self,
        runs: Sequence[int],
        branches: Chosen = None,
        theories: Chosen = None,
        *,
        engine: str | None = None,
        progress: Listener | Count | None = None,
        **about: Unpack[About],
    ) -> Chronicles:
        """Everything that happened in many runs, as tables; by default of the first branch under the first theory."""
        from powersim.run.opened import ALL
        from powersim.study.tales import many_tales, wanted

        planned = self._first(branches, theories)
        if not about.get("kinds"):
            about["kinds"] = ALL
        return many_tales(planned, runs, wanted(planned, **about), engine, heard(progress))

    def tell_in_report(
        self,
        folder: str | Path,
        branches: Chosen = None,
        runs: int | None = None,
        *,
        run: int = 0,
        theory: str | None = None,
        progress: Listener | Count | None = None,
    ) -> Path:
        """Write a report's part on two branches of a run: of the median one of `runs`, or of `run`; its folder."""
        from powersim.study.tales import in_report

        return in_report(self._pair(branches, theory), Path(folder), runs, run, heard(progress))

    def base_rates(
        self,
        record: str | Path | None = None,
        runs: int = 100,
        *,
        branch: Chosen = None,
        progress: Listener | Count | None = None,
    ) -> BaseRates:
        """Whether histories look like history: base rates of a branch, by default the first, beside the record.

        record: its file, by default the one in the folder record/ beside the scenario. runs: under each theory.
        """
        where = Path(self.opened.name) if self.source is None else self.source
        return questions.base_rates(
            self.opened, where, folder_of(record), branch, self.theories, self.seed, runs, heard(progress)
        )

    @staticmethod
    def report(
        folder: str | Path,
        out: str | Path | None = None,
        *,
        workers: int | None = None,
        progress: Listener | Count | None = None,
    ) -> Path:
        """Write one self-contained page about a folder of results, by default into it; where it is."""
        from powersim.report.folder import write_report

        by = heard(progress)
        with by.progress("drawing", None) as tick:
            return write_report(
                Path(folder), folder_of(out), lambda _: tick(), workers or work.workers(), by.note
            )

    def __repr__(self) -> str:
        under = self._plan(self.branches, self.theories)
        return (
            f"<Study of {self.scenario.title}: branches {', '.join(under.branches)}; "
            f"theories {', '.join(under.theories)}; seed {under.seed}>"
        )

    def _first(self, branches: Chosen = None, theories: Chosen = None) -> Plan:
        """A plan for what is named; for the first branch and the first theory of the study where nothing is."""
        whole = self._plan(self.branches, self.theories)
        return self._plan(branches or whole.branches[:1], theories or whole.theories[:1])

    def _pair(self, branches: Chosen, theory: str | None) -> Plan:
        """A plan for two branches, or one beside itself, under one theory."""
        both = branches if branches is not None else self.branches
        under = self._first(None, theory).theories
        if both is not None and not isinstance(both, str) and len(both) == 2 and both[0] == both[1]:
            return self._plan(both[0], under)
        return questions.pair(self.opened, both, under, self.seed)

    def _plan(self, branches: Chosen, theories: Chosen) -> Plan:
        return plan(self.opened, branches, theories, self.seed, swept="", sampling=self.sampling)


def _overrides(given: Overrides | None) -> dict[str, Any]:
    if given is None:
        return {}
    asked: object = given
    if not isinstance(asked, Mapping) or not all(isinstance(key, str) for key in asked):
        raise ArgumentError("overrides", f'found {given!r}; allowed: values by key, e.g. {{"rho": 0.5}}')
    return dict(given)
