"""The page: what is chosen, the run that is watched, the fan, what can be taken away. One session a tab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event

import solara

from powersim.app import parts
from powersim.app.asked import Choices, laid, said
from powersim.app.figures import places
from powersim.app.table import changed, served, without
from powersim.app.watching import Watched, watched
from powersim.errors import PowersimError

PACE = 0.8  # seconds a turn while it plays


@solara.component
def Page() -> None:
    """Everything; rendered for each tab."""
    table = served[0]
    choices, choose = solara.use_state(table.first)
    shown, show = solara.use_state(None)  # the last run that could be
    wrong, complain = solara.use_state("")
    turn, go = solara.use_state(1)

    def look(stop: Event) -> None:
        found = watched(table.open(choices), choices)
        if not stop.is_set():
            go(lambda now: min(now, found.turns))
            show(found)

    looking = solara.use_thread(look, dependencies=[choices], intrusive_cancel=False)

    def attempt(change: Callable[[], Choices]) -> None:
        """Choose something else, or say why that cannot be and leave everything as it is."""
        try:
            wanted = change()
            table.open(wanted)
        except PowersimError as error:
            complain(said(error))
            return
        complain("")
        choose(wanted)

    busy = looking.state not in (solara.ResultState.FINISHED, solara.ResultState.ERROR)
    parts.Style()
    with solara.Column(classes=["powersim"], gap="0px"):
        if shown is None:
            solara.Title("powersim")
            solara.Text("The run is computed …")
            return
        solara.Title(shown.scenario.title)
        parts.Heading(shown)
        parts.Chooser(shown, choices, lambda **given: attempt(lambda: changed(choices, **given)))
        parts.Wrong(wrong)
        solara.ProgressLinear(value=busy)
        Run(shown, turn, go)
        with solara.Div(classes=["powersim-grid"]):
            Moves(shown, turn)
            parts.Sliders(
                shown.opened,
                choices,
                lambda text: attempt(lambda: replace(choices, overrides=laid(choices.overrides, text))),
                lambda name: attempt(lambda: replace(choices, overrides=without(choices, name))),
            )
        Many(shown, table.runs)
        parts.Downloads(shown, table.name, table.runs)


@solara.component
def Run(shown: Watched, turn: int, go: Callable[[int], None]) -> None:
    """One run, step by step: networks and chronicles side by side."""
    playing, play = solara.use_state(False)
    at = solara.use_memo(lambda: places(shown.sides), [shown])
    now = min(turn, shown.turns)

    def stand(place: int) -> None:
        play(False)
        go(place)

    def run_on(stop: Event) -> None:
        place = now
        while playing and place < shown.turns and not stop.wait(PACE):
            place += 1
            go(place)
        if playing and not stop.is_set():
            play(False)

    solara.use_thread(run_on, dependencies=[playing, shown], intrusive_cancel=False)
    with parts.Section("One run", parts.luck_told(shown)):
        parts.Steps(shown, now, stand, playing, play)
        with solara.Div(classes=["powersim-grid"]):
            for number in range(len(shown.sides)):
                parts.Standing(shown, number, now, at[number])
            for number in range(len(shown.sides)):
                parts.Chronicle(shown, number, now)


@solara.component
def Moves(shown: Watched, turn: int) -> None:
    """Positions of issues until now: of those that are picked, by default those that tell the branches apart."""
    moving = solara.use_memo(shown.moving, [shown])
    picked, pick = solara.use_state([])
    issues = [name for name in picked if name in moving] or moving[: parts.ISSUES]
    with parts.Section("Positions of issues", parts.colours_told(shown)):
        parts.Positions(shown, issues, pick, min(turn, shown.turns))


@solara.component
def Many(shown: Watched, runs: int) -> None:
    """Many runs: a fan that fills, and what it says."""
    wanted, want = solara.use_state(None)  # of which run that is shown
    outcome, pick = solara.use_state("")

    def fill(stop: Event) -> object:
        from powersim.app.filling import filling

        return filling(shown.face, runs, stop) if wanted is shown else None

    found = solara.use_thread(fill, dependencies=[wanted, shown], intrusive_cancel=False)
    working = wanted is shown and found.state in (
        solara.ResultState.STARTING,
        solara.ResultState.WAITING,
        solara.ResultState.RUNNING,
    )
    fan = found.value if wanted is shown else None
    with parts.Section(
        "Many runs", f"{runs} histories of each branch, each with luck and uncertain numbers of its own."
    ):
        parts.Filling(working, fan, runs, lambda: want(shown), lambda: want(None))
        if fan is not None and fan.labels.outcomes:
            name = outcome if outcome in fan.labels.outcomes else fan.labels.headline[0]
            parts.Spread(fan, name, pick)
