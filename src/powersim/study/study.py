"""`Study`: a scenario, and every question that can be asked of it. What the command line does is one call of this."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, TypeVar

from powersim.errors import Argument, ArgumentError, PowersimError
from powersim.run import work
from powersim.run.listener import Count, Listener, heard
from powersim.run.opened import Chosen, Source, chosen, open_source, unknown_name
from powersim.run.plan import LAST_RUN, Plan, headline, plan
from powersim.run.stages import Job, keeping
from powersim.scenario.canonical import checksum
from powersim.scenario.load import Overrides, dump
from powersim.scenario.resolved import Scenario
from powersim.study import questions
from powersim.study.answers import Elasticities, Explanation, Hinges, Verdicts
from powersim.study.asking import GivenQuestions
from powersim.study.command import OFF, equivalent
from powersim.study.results import Comparison, Results, check_effects

if TYPE_CHECKING:
    from powersim.study.tales import Tale, TwoTales

R = TypeVar("R", bound=Results)
PRIORS = "priors"  # the key of a scenario that holds them


class Study(GivenQuestions):
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
        changed = dict(overrides or {})
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
        plan(
            self.opened, branches, theories, seed, swept="", sampling=sampling
        )  # says at once what cannot be

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
        progress: Listener | Count | None = None,
    ) -> Comparison:
        """What the branches change, each against the first, under every theory.

        runs: of each branch under each theory; until: go on until an interval is narrow ("war ci < 0.01"). sweep: move
        the date of the intervention over a period, ("2009Q1", "2010Q4"). outcomes: those to tell of first. out: a
        folder to keep everything in; resume: go on with what is there. engine: compiled, mesa or dask (scheduler: the
        address of its cluster). paths: keep whole paths of so many runs. worlds: how many under each theory where the
        study is `given` a date; by_evidence: weigh theories by what the record says of them there. progress: called
        with the steps done and all.
        """
        questions.check_given(self.date, worlds, by_evidence, sweep)
        moved = sweep if sweep is None or isinstance(sweep, str) else "..".join(sweep)
        planned = plan(self.opened, self.branches, self.theories, self.seed, moved, self.sampling)
        names = headline(self.opened) if outcomes is None else chosen(outcomes, self.outcomes, "outcome")
        where = _folder(out)
        if where is not None and where.exists():
            check_effects(where)
        job = Job(planned, heard(progress), runs, until, where, resume, engine, scheduler, workers, paths)
        asked = {
            "branches": self.branches, "theories": self.theories, "runs": runs, "seed": self.seed, "out": out,
            "sweep": moved, "outcomes": outcomes, "engine": engine, "scheduler": scheduler, "workers": workers,
            "paths": paths, "until": until, "sampling": self.sampling, "resume": resume, "given": self.date,
            "worlds": worlds, "by_evidence": by_evidence,
        }  # fmt: skip
        found = self._carried_out(job, Comparison, equivalent("compare", self.opened, asked))
        found.shown = names
        if self.date is not None:
            found.condition(self.date, worlds, job.listener, resume, workers, by_evidence)
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
        where = _folder(out)
        job = Job(planned, heard(progress), runs, None, where, resume, engine, scheduler, workers, paths)
        asked = {
            "branch": planned.branches[0], "theory": planned.theories[0], "runs": runs, "seed": self.seed, "out": out,
            "engine": engine, "scheduler": scheduler, "workers": workers, "paths": paths, "resume": resume,
        }  # fmt: skip
        return self._carried_out(job, Results, equivalent("run", self.opened, asked))

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
            runs, _folder(out), resume, workers, heard(progress),
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
            self.opened, hypotheses, draws, lucks, self.seed, _folder(out), resume, workers, heard(progress)
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
            runs, method, maps, threshold, _folder(out), workers, heard(progress),
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
            _folder(signs), nudge, effects, _folder(out), workers, heard(progress),
        )  # fmt: skip

    def tell(
        self,
        branch: str | None = None,
        run: int = 0,
        *,
        theory: str | None = None,
        actors: Chosen = None,
        issues: Chosen = None,
        mechanisms: Chosen = None,
        kinds: Chosen = None,
        first: str | None = None,
        last: str | None = None,
        engine: str | None = None,
        world: int | None = None,
        folder: str | Path | None = None,
    ) -> Tale:
        """What happened in a run: its story, or what of it is about actors or issues, of some kinds, in a period.

        world: the number of a world, among those that a study given a date left in `folder`, instead of a run.
        """
        from powersim.study.tales import tale, wanted

        if world is not None and folder is None:
            raise ArgumentError("world", "needs the folder of its study, e.g. ", Argument("folder", "out/my"))
        _check_run(run)
        planned = self._single(branch, theory)
        some = wanted(planned, actors, issues, mechanisms, kinds, first, last)
        one = None if world is None or folder is None else questions.world(planned, world, Path(folder))
        return tale(planned, run if world is None else world, some, engine, one)

    def tell_apart(
        self,
        branches: Chosen = None,
        run: int = 0,
        *,
        theory: str | None = None,
        actors: Chosen = None,
        issues: Chosen = None,
        mechanisms: Chosen = None,
        kinds: Chosen = None,
        first: str | None = None,
        last: str | None = None,
        engine: str | None = None,
    ) -> TwoTales:
        """What happened in one only of two branches of a run, by default the first two, and how it hangs on them."""
        from powersim.study.tales import two_tales, wanted

        _check_run(run)
        both = branches if branches is not None else self.branches
        planned = questions.pair(self.opened, both, [self._single(None, theory).theories[0]], self.seed)
        return two_tales(
            planned, run, wanted(planned, actors, issues, mechanisms, kinds, first, last), engine
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
                Path(folder), _folder(out), lambda _: tick(), workers or work.workers(), by.note
            )

    def __repr__(self) -> str:
        under = plan(self.opened, self.branches, self.theories, self.seed, swept="", sampling=self.sampling)
        return (
            f"<Study of {self.scenario.title}: branches {', '.join(under.branches)}; "
            f"theories {', '.join(under.theories)}; seed {under.seed}>"
        )

    def _single(self, branch: str | None, theory: str | None) -> Plan:
        """A plan for one branch and one theory: those named, else the first of the study."""
        whole = plan(self.opened, self.branches, self.theories, self.seed, swept="", sampling=self.sampling)
        opened = self.opened
        for name, known, what in ((branch, opened.branches, "branch"), (theory, opened.theories, "theory")):
            if name is not None and name not in known:
                raise PowersimError(unknown_name(name, known, what))
        one, under = branch or whole.branches[0], theory or whole.theories[0]
        return plan(opened, [one], [under], self.seed, swept="", sampling=self.sampling)

    @staticmethod
    def _carried_out(job: Job, kind: type[R], command: str) -> R:
        """The results of a job, in its folder or in one that goes with them; effects beside them."""
        job.check()
        said = job.listener.command or command
        if job.out is None:
            where = Path(tempfile.mkdtemp(prefix="powersim-"))
            try:
                done = job.carry_out(where, said)
                return kind(work.dataset(where, done.runs), done.facts, where, kept=False, plan=job.plan)
            except BaseException:
                rmtree(where, ignore_errors=True)
                raise
        with work.folder(job.out) as where:
            done = job.carry_out(where, said)
            with keeping(done.runs, where):
                found = kind(work.dataset(where, done.runs), done.facts, where, kept=True, plan=job.plan)
                if isinstance(found, Comparison):
                    found.write(where)
        return found


def _folder(out: str | Path | None) -> Path | None:
    return None if out is None else Path(out)


def _check_run(run: int) -> None:
    if not 0 <= run <= LAST_RUN:
        raise ArgumentError("run", f"found {run}; allowed: a whole number from 0 to {LAST_RUN}")
