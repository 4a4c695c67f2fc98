"""Asking: each question computes what it lacks, and leaves its part in a folder if there is one."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from powersim._words import counted
from powersim.errors import Argument, ArgumentError, PowersimError, Stopped, whole
from powersim.run import work
from powersim.run.listener import Listener
from powersim.run.opened import Chosen, LoadedScenario, chosen, one_of, unknown_name
from powersim.run.plan import Plan, plan
from powersim.run.possible import FOLDER, Numbered
from powersim.run.stages import announce, check_work
from powersim.sim import provenance
from powersim.study.answers import BaseRates, Elasticities, Explanation, Hinges, Verdicts
from powersim.study.command import equivalent

if TYPE_CHECKING:
    from powersim.sensitivity.study import Request
    from powersim.verdict.study import Trial


def why(
    opened: LoadedScenario,
    outcomes: Chosen,
    branches: Chosen,
    theories: Chosen,
    seed: int | None,
    runs: int | None,
    out: Path | None,
    resume: bool,
    workers: int | None,
    listener: Listener,
) -> Explanation:
    """Why the second branch differs from the first."""
    from powersim.why.explain import explain, write
    from powersim.why.worlds import NAME, RUNS, answer, open_kept, question

    check_work(workers, resume=resume, out=out)
    asked = question(opened, outcomes, branches, theories, seed)
    kept = open_kept(asked, out, resume=resume)
    if kept.damaged:
        listener.note(f"{kept.path}: is damaged; all of it is computed again")
    usual = int(opened.recorded.get("runs") or RUNS)
    wanted = work.check_runs(runs if runs is not None else max(kept.runs, usual))
    started = time.time()
    if kept.runs < wanted:
        announce(listener)
        work.warm(asked.plan.first_case)
    steps = (wanted - kept.runs) * len(asked.plan.theories)
    with listener.progress("computing", max(0, steps)) as tick:
        done = answer(asked, kept, wanted, threads=workers, tick=tick)
    if done.stopped:
        raise Stopped(done.done, wanted, "runs", out)
    held = kept.first(wanted)
    found = explain(asked, held)
    options = {
        "outcome": asked.outcomes, "branches": asked.plan.branches, "theories": asked.plan.theories, "runs": runs,
        "seed": seed, "out": out, "resume": resume,
    }  # fmt: skip
    command = listener.command or equivalent("why", opened, options)
    facts = {
        **work.facts(asked.plan, held.runs, command, started, work.COMPILED), "outcomes": list(asked.outcomes),
    }  # fmt: skip
    if out is not None:
        listener.note("drawing figures")
        with listener.progress("drawing", None) as tick:
            write(found, out, command, tick, listener.note)
        provenance.write(out / NAME, facts)
    return Explanation(asked, found, held.runs, facts)


def verdict(
    opened: LoadedScenario,
    hypotheses: Chosen,
    draws: int | None,
    lucks: int | None,
    seed: int | None,
    out: Path | None,
    resume: bool,
    workers: int | None,
    listener: Listener,
) -> Verdicts:
    """What becomes of hypotheses."""
    from powersim.verdict import judging, study

    started = time.time()
    check_work(workers, resume=resume, out=out)
    trial = study.trial(opened, hypotheses, draws, lucks, seed)
    listener.note(f"{trial.histories} histories: {design(trial)}")
    if out is not None and resume:
        for path in study.damaged(trial, out):
            listener.note(f"{path}: is damaged; computed again")
    steps = study.missing(trial, out)
    if steps:
        announce(listener)
        work.warm(trial.cases(0, trial.theories[0])[0])
    with listener.progress("trying", steps) as tick:
        runs, done = study.compute(
            trial, work.together(), out, workers or work.workers(), resume=resume, tick=tick
        )
    if done.stopped:
        raise Stopped(done.done, trial.draws, "draws", out)
    found = judging.judged(runs)
    facts = judging.facts(runs, listener.command or again(trial), started)
    if out is not None:
        provenance.write(out / study.NAME, facts)
        _leave(runs.trial, found, out, listener)
    return Verdicts(trial, found, runs, facts)


def design(trial: Trial) -> str:
    """How many places and lucks, in words."""
    from powersim.effects.results import CERTAIN

    theories = counted(len(trial.theories), "theory", "theories")
    return (
        f"{trial.draws} places under {theories} = {trial.draws * len(trial.theories)} draws of the assumptions, "
        f"{trial.lucks} lucks each, {counted(len(trial.branches), 'branch', 'branches')}, seed {trial.seed}"
        + (f"; priors {CERTAIN}" if trial.certain else "")
    )


def again(trial: Trial) -> str:
    """The command that computes the same, however it was interrupted."""
    whole = len(trial.hypotheses) == len(trial.scenario.hypotheses)
    options = {
        "hypotheses": None if whole else [h.id for h in trial.hypotheses], "draws": trial.draws, "lucks": trial.lucks,
        "seed": trial.seed,
    }  # fmt: skip
    return f"{equivalent('verdict', trial.opened, options)} --out DIR"


def _leave(trial: Trial, found: Sequence[Any], out: Path, listener: Listener) -> None:
    """The tables, the figure and the part of the report."""
    from powersim.figures import letters
    from powersim.figures.saving import save
    from powersim.figures.section import Figure
    from powersim.figures.style import styled
    from powersim.files.writing import subfolder
    from powersim.verdict import words
    from powersim.verdict.figures import alternative, draw_verdicts

    folder = subfolder(out, words.NAME)
    words.write_verdicts(found, folder / words.VERDICTS_FILE)
    words.write_evidence(found, trial.theories, folder / words.EVIDENCE_FILE)
    figure = None
    if any(one.finding is not None for one in found):
        listener.note("drawing the figure")
        with styled():
            drawing = draw_verdicts(found, trial.scenario.title, trial.lucks)
            save(drawing, folder, ("png", "svg"))
        letters.tell(drawing.boxes, listener.note)
        figure = Figure(words.FIGURE_FILE, alternative(found), drawing.caption)
    words.section(found, design(trial), figure, again(trial)).write(out)


def sensitivity(
    opened: LoadedScenario,
    outcome: str | None,
    branches: Chosen,
    theories: Chosen,
    seed: int | None,
    runs: int | None,
    method: str,
    maps: Sequence[Sequence[str]] | None,
    threshold: float,
    out: Path | None,
    workers: int | None,
    listener: Listener,
) -> Hinges:
    """On which assumptions the effect of the second branch against the first hangs."""
    from powersim.files.writing import check_folder
    from powersim.run.space import Space
    from powersim.sensitivity import discovery, indices, report
    from powersim.sensitivity.points import POINTS, Evaluator
    from powersim.sensitivity.study import carry_out, steps
    from powersim.sensitivity.words import Words

    check_work(workers)
    folder = None if out is None else check_folder(out, report.NAME, POINTS).parent
    planned = pair(opened, branches, theories, seed)
    space = Space(planned)
    asked = _asked(opened, outcome, runs, method, maps, threshold)
    total = steps(space, asked)
    for library in (indices, discovery):  # says at once, not after minutes, that an extra is missing
        library.require()
    announce(listener)
    work.warm(planned.first_case)
    started = time.time()
    try:
        with listener.progress("computing", total) as tick:
            evaluator = Evaluator(
                space, asked.outcome, work.simulator(), folder, workers, tick, listener.note
            )
            words = Words(space, carry_out(evaluator, asked))
    except KeyboardInterrupt:
        if out is not None:
            listener.note(f"stopped; what is done is kept in {out}: the same command goes on")
        raise
    options = {
        "outcome": asked.outcome.name, "branches": planned.branches, "theories": planned.theories, "runs": runs,
        "seed": seed, "method": method, "threshold": threshold, "out": out,
    }  # fmt: skip
    command = listener.command or equivalent("sensitivity", opened, options)
    if out is not None:
        report.write(words, out, command, listener.note)
    return Hinges(words, work.facts(planned, asked.runs, command, started, work.COMPILED))


def base_rates(
    opened: LoadedScenario,
    where: Path,
    record: Path | None,
    branch: Chosen,
    theories: Chosen,
    seed: int | None,
    runs: int,
    listener: Listener,
) -> BaseRates:
    """Histories of a branch up to the end of the record, beside it."""
    from powersim.plausible.rates import find_record, plausibility

    planned = plan(opened, branch or opened.branches[:1], theories, seed, swept="")
    found = find_record(where, record)
    announce(listener)
    work.warm(planned.first_case)
    started = time.time()
    with listener.progress("runs", work.check_runs(runs) * len(planned.theories)) as tick:
        rates = plausibility(planned, found, runs, tick)
    again = equivalent("check", opened, {"base_rates": True, "branch": planned.branches[0], "runs": runs})
    facts = work.facts(planned, runs, listener.command or again, started, work.COMPILED)
    return BaseRates(planned, rates, facts)


def pair(opened: LoadedScenario, branches: Chosen, theories: Chosen, seed: int | None) -> Plan:
    """Two branches under one theory, or several in turn."""
    named = opened.branches[:2] if branches is None else chosen(branches, opened.branches, "branch")
    if len(named) != 2:
        raise ArgumentError(
            "branches",
            f"found {', '.join(named)}; allowed: two branches, the effect is the second less the first, e.g. ",
            Argument("branches", ["keep", "cancel"]),
        )
    return plan(opened, named, opened.theories[:1] if theories is None else theories, seed, swept="")


def _asked(
    opened: LoadedScenario,
    outcome: str | None,
    runs: int | None,
    method: str,
    maps: Sequence[Sequence[str]] | None,
    threshold: float,
) -> Request:
    """What is asked, once it can be answered."""
    from powersim.sensitivity.study import LEAST, METHODS, RUNS, Request

    if method not in METHODS:
        raise PowersimError(Argument("method"), unknown_name(method, METHODS, ""))
    if not opened.outcomes:
        raise PowersimError(
            f"{opened.name}: has no outcomes; e.g. outcomes: {{sale: {{of: {{issue: sale}}, at: 2014Q4}}}}"
        )
    name = outcome or opened.outcomes[0]
    if not isinstance(name, str):
        raise ArgumentError("outcome", f"found {name!r}; allowed: one name, e.g. {opened.outcomes[0]}")
    if name not in opened.outcomes:
        raise PowersimError(unknown_name(name, opened.outcomes, "outcome"))
    if not math.isfinite(threshold):
        raise ArgumentError("threshold", f"found {threshold:g}; allowed: a finite number, e.g. 0.02")
    count = RUNS if runs is None else runs
    whole("runs", count, LEAST, 1_000_000)
    methods = frozenset(METHODS[1:3]) if method == "all" else frozenset({method})
    pairs: list[tuple[str, str]] = []
    for pair in maps or ([("rho", "tau")] if method == "all" else []):
        if len(pair) != 2 or not all(pair) or pair[0] == pair[1]:
            raise ArgumentError(
                "maps",
                f"found {','.join(pair)}; allowed: two different assumptions, e.g. ",
                Argument("maps", [("rho", "tau")]),
            )
        if set(pair) in map(set, pairs):
            raise ArgumentError("maps", f"found {','.join(pair)} again; allowed: each pair once")
        pairs.append((pair[0], pair[1]))
    return Request(opened.scenario.outcomes[name], count, methods, tuple(pairs), threshold)


def check_given(
    date: str | None, worlds: int | None, by_evidence: bool, sweep: object, **more: object
) -> None:
    """ArgumentError for what goes with a date to condition on alone, or not with it."""
    if date is None:
        for name, there in {"worlds": worlds, "by_evidence": by_evidence or None, **more}.items():
            if there is not None:
                raise ArgumentError(
                    name, "does nothing without a date to condition on, e.g. ", Argument("given", "2009Q2")
                )
    elif sweep is not None:
        raise ArgumentError(
            "sweep", "a world that went as ours did has one date of the decision; leave out one of them"
        )


def world(planned: Plan, number: int, folder: Path) -> Numbered:
    """A world that a study given a date left in its folder, or in the one that holds it."""
    from powersim.given.conditioning import kept_worlds

    where = next((one for one in (folder, folder.parent) if (one / FOLDER).is_dir()), folder)
    found, stated = kept_worlds(planned, planned.theories[0], where), planned.scenario.evidence
    return Numbered(
        found[number], number, len(found), float(found.weight[number]), found.past,
        "" if stated is None else stated.branch,
    )  # fmt: skip


def elasticities(
    opened: LoadedScenario,
    source: Path | None,
    inputs: Chosen,
    outcomes: Chosen,
    branches: Chosen,
    theories: Chosen,
    seed: int | None,
    runs: int | None,
    branch: str | None,
    signs: Path | None,
    nudge: float | None,
    effects: bool,
    out: Path | None,
    workers: int | None,
    listener: Listener,
) -> Elasticities:
    """What moves what, beside the signs that were expected."""
    from powersim.elasticities.measure import NAME, RUNS, SHARE, measure
    from powersim.elasticities.report import write
    from powersim.elasticities.wanted import wanted
    from powersim.elasticities.words import Words
    from powersim.files.writing import check_folder

    check_work(workers)
    if out is not None:
        check_folder(out, NAME)
    if branch is not None:
        one_of("branch", branch, opened.branches)
    main = branch or plan(opened, branches, theories, seed, swept="").branches[0]
    count = work.check_runs(RUNS if runs is None else runs)
    share = SHARE if nudge is None else nudge
    if not 0 < share <= 1:
        raise ArgumentError(
            "nudge", f"found {share:g}; allowed: a share of a prior, above 0 and at most 1, e.g. 0.5"
        )
    asked, written, shown = wanted(
        opened, source, main, theories, seed, inputs, outcomes, signs, count, share, effects=effects
    )
    if asked.left:
        listener.note(asked.left)
    announce(listener)
    work.warm(asked.space.plan.first_case)
    started = time.time()
    with listener.progress("nudging", asked.steps) as tick:
        rows = measure(asked, work.together(), workers, tick)
    words = Words(asked, rows, shown, written)
    options = {
        "inputs": inputs, "outcomes": outcomes, "branch": branch, "theories": asked.space.plan.theories, "runs": runs,
        "seed": seed, "signs": signs, "nudge": nudge, "effects": effects, "out": out,
    }  # fmt: skip
    command = listener.command or equivalent("elasticities", opened, options)
    facts = work.facts(asked.space.plan, count, command, started, work.COMPILED)
    if out is not None:
        write(words, out, command, listener.note)
        provenance.write(out / NAME, facts)
    return Elasticities(words, facts)
