"""Parts of the page: each shows what it is given, and says what somebody did."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

import solara
from solara.alias import rv

from powersim.app.asked import Choices
from powersim.app.figures import LOOKS, draw_positions, draw_spread, draw_standing, png
from powersim.app.filling import Fan
from powersim.app.knobs import Knob, disputed, knob
from powersim.app.watching import Watched
from powersim.figures.style import Drawing, words
from powersim.run.opened import LoadedScenario
from powersim.world.params import SPEC
from powersim.world.state import Floats

ISSUES = 4  # shown unless others are picked
ENTRIES = 60  # of the chronicle, the latest
NOBODY = "none"
REST = 0.25  # seconds after which a slider is where somebody wants it
BANDS = (
    "Line: median, or share of runs; dark band: half of the runs; light band: 90% of them, or the 95% interval of the "
    "share. Below: mean difference within runs, with its 95% interval."
)
STYLE = """
.powersim { max-width: 1240px; margin: 0 auto; padding: 12px 16px 48px; }
.powersim h1 { font-size: 1.5rem; line-height: 1.25; margin: 4px 0; }
.powersim h2 { font-size: 1.15rem; margin: 28px 0 2px; }
.powersim h3 { font-size: 1rem; margin: 0 0 4px; }
.powersim p { margin: 0 0 8px; color: #444; }
.powersim strong { font-weight: 600; }
.powersim .powersim-date { font-size: 1.2rem; }
.powersim img { width: 100%; display: block; }
.powersim-wrong { margin: 8px 0; padding: 8px 12px; border-left: 4px solid #b00020; background: #fdecef; }
.powersim-grid { display: grid; gap: 20px 28px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
.powersim-row { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; }
.powersim-row > .v-input { min-width: 130px; flex: 1 1 130px; }
.powersim-wide > .v-input { flex-basis: 220px; }
.powersim-chronicle { max-height: 340px; overflow-y: auto; border: 1px solid #ddd; padding: 6px 12px; }
.powersim-chronicle .entry { margin: 0 0 6px; line-height: 1.35; }
.powersim-chronicle .date { color: #666; margin-right: 6px; white-space: nowrap; }
.powersim-chronicle .now { font-weight: 600; }
.powersim-chronicle .detail { color: #555; font-size: 0.88em; padding-left: 14px; }
.powersim-source { color: #555; font-size: 0.85em; line-height: 1.3; }
.powersim-command { display: block; white-space: pre-wrap; overflow-wrap: anywhere; padding: 8px;
  background: #f5f5f5; color: #222; }
.powersim-swatch { display: inline-block; margin-right: 6px;
  width: 26px; height: 4px; vertical-align: middle; }
"""


@solara.component
def Style() -> None:
    """How it all looks."""
    solara.Style(STYLE)


@solara.component
def Words(tag: str, text: str, classes: Sequence[str] = (), **attributes: str) -> None:
    """A text as it is: nothing in it is taken for markup."""
    rv.Html(tag=tag, children=[text], class_=" ".join(classes), attributes=attributes)


@solara.component
def Section(title: str, about: str = "", children: Sequence[Any] = ()) -> None:
    """A part with its heading and a sentence on it."""
    with solara.Column(gap="6px"):
        Words("h2", title)
        if about:
            Words("p", about)
        solara.Column(children=list(children), gap="10px")


@solara.component
def Picture(drawing: Callable[[], Drawing], dependencies: list[Any]) -> None:
    """A figure, with its finding for who cannot see it."""

    def drawn() -> tuple[str, str]:
        made = drawing()
        return "data:image/png;base64," + base64.b64encode(png(made)).decode(), made.finding

    source, finding = solara.use_memo(drawn, dependencies)
    rv.Html(tag="img", attributes={"src": source, "alt": finding})


@solara.component
def Wrong(text: str) -> None:
    """What cannot be, a line each."""
    if text:
        lines = [rv.Html(tag="div", children=[line]) for line in text.split("\n")]
        rv.Html(tag="div", class_="powersim-wrong", attributes={"role": "alert"}, children=lines)


@solara.component
def Heading(shown: Watched) -> None:
    """What it is about."""
    Words("h1", shown.scenario.title)
    if shown.scenario.question:
        Words("p", shown.scenario.question)


@solara.component
def Chooser(shown: Watched, choices: Choices, change: Callable[..., None]) -> None:
    """Branches, theory, seed and run."""
    opened = shown.opened
    second = choices.branches[1] if len(choices.branches) > 1 else NOBODY
    with solara.Div(classes=["powersim-row"]):
        Names(
            "Branch", choices.branches[0], opened.branches, lambda name: change(branches=_pair(name, second))
        )
        if len(opened.branches) > 1:
            beside = [NOBODY, *(name for name in opened.branches if name != choices.branches[0])]
            Names("Beside it", second, beside, lambda name: change(branches=_pair(choices.branches[0], name)))
        Names("Theory", choices.theory, opened.theories, lambda name: change(theory=name))
        solara.InputText("Seed", value=str(choices.seed), on_value=lambda text: change(seed=text))
        solara.InputText("Run", value=str(choices.run), on_value=lambda text: change(run=text))


def _pair(first: str, second: str) -> tuple[str, ...]:
    return (first,) if second in (NOBODY, first) else (first, second)


@solara.component
def Names(label: str, value: str, names: Sequence[str], change: Callable[[str], None]) -> None:
    """One of several names."""
    items = [{"text": words(name), "value": name} for name in names]
    rv.Select(label=label, v_model=value, items=items, on_v_model=change, hide_details=True)


def luck_told(shown: Watched) -> str:
    """Which run it is, in a sentence."""
    c = shown.choices
    beside = (
        " The same luck on both sides: they part where the branches make them."
        if len(shown.sides) > 1
        else ""
    )
    return f"Run {c.run} of seed {c.seed} under {words(c.theory)}.{beside}"


def colours_told(shown: Watched) -> str:
    """Which line is which branch."""
    if len(shown.sides) == 1:
        return f"Under {words(shown.sides[0].branch)}, until the date above."
    first, second = (words(side.branch) for side in shown.sides)
    return f"Black: {first}, blue: {second}, until the date above."


@solara.component
def Steps(
    shown: Watched, turn: int, go: Callable[[int], object], playing: bool, play: Callable[[bool], None]
) -> None:
    """Back, on, play, and a slider through all turns."""
    last = shown.turns
    with solara.Div(classes=["powersim-row"]):
        solara.Button("Start", on_click=lambda: go(0), text=True, small=True, disabled=turn == 0)
        solara.Button("Back", icon_name="mdi-chevron-left", on_click=lambda: go(turn - 1), small=True,
                      disabled=turn == 0)  # fmt: skip
        solara.Button("Step", icon_name="mdi-chevron-right", on_click=lambda: go(turn + 1), small=True,
                      color="primary", disabled=turn >= last)  # fmt: skip
        solara.Button("Pause" if playing else "Play", icon_name="mdi-pause" if playing else "mdi-play", small=True,
                      on_click=lambda: play(not playing), disabled=turn >= last)  # fmt: skip
        solara.Button("End", on_click=lambda: go(last), text=True, small=True, disabled=turn >= last)
        Words("strong", shown.date(turn), classes=["powersim-date"])
    Slider(turn, 0, last, 1, lambda value: go(int(value)), "Date")


@solara.component
def Slider(
    value: float, low: float, high: float, step: float, change: Callable[[float], object], label: str
) -> None:
    """A slider that says where it is once it rests there."""
    moved, move = solara.use_state(None)

    def settle(stop: Event) -> None:
        if moved is not None and not stop.wait(REST):
            change(float(moved))
            move(None)

    solara.use_thread(settle, dependencies=[moved], intrusive_cancel=False)
    at = value if moved is None else moved
    rv.Slider(v_model=at, on_v_model=move, min=low, max=high, step=step, hide_details=True,
              attributes={"aria-label": label})  # fmt: skip


@solara.component
def Titled(shown: Watched, number: int, about: str) -> None:
    """A heading with the colour of a branch."""
    with rv.Html(tag="h3"):
        if len(shown.sides) > 1:
            rv.Html(tag="span", class_="powersim-swatch", style_=f"background: {LOOKS[number].colour}")
        rv.Html(tag="span", children=[f"{about}: {shown.sides[number].title}"])


@solara.component
def Standing(shown: Watched, number: int, turn: int, at: Floats) -> None:
    """Who stands with whom."""
    with solara.Column(gap="0px"):
        Titled(shown, number, "Who stands with whom")
        Picture(lambda: draw_standing(shown, number, turn, at), [shown, number, turn])
        if number == 0:
            Words("div", "Blue: friends, orange: enemies; the thicker, the more.", ["powersim-source"])


@solara.component
def Positions(shown: Watched, issues: Sequence[str], pick: Callable[[list[str]], None], turn: int) -> None:
    """Positions of issues over time."""
    items = [{"text": issue.title, "value": issue.id} for issue in shown.scenario.issues]
    with solara.Column(gap="4px"):
        Picture(lambda: draw_positions(shown, issues, turn), [shown, tuple(issues), turn])
        rv.Select(label="Issues", v_model=list(issues), items=items, multiple=True, on_v_model=pick, hide_details=True,
                  small_chips=True)  # fmt: skip


@solara.component
def Chronicle(shown: Watched, number: int, turn: int) -> None:
    """What has happened, the latest first."""
    told = shown.sides[number].told(turn)
    with solara.Column(gap="4px"):
        Titled(shown, number, "What happened")
        with solara.Div(classes=["powersim-chronicle"]):
            if not told:
                Words("div", "Nothing to tell yet.", ["entry"])
            for entry in told[:ENTRIES]:
                new = ["now"] if entry.turn == turn - 1 else []
                with rv.Html(tag="div", class_="entry"):
                    Words("span", entry.date, ["date"])
                    Words("span", entry.text, new)
                    for detail in entry.details:
                        Words("div", detail, ["detail"])
            if len(told) > ENTRIES:
                Words("div", f"… and {len(told) - ENTRIES} earlier", ["date"])


@solara.component
def Sliders(
    opened: LoadedScenario, choices: Choices, put: Callable[[str], None], reset: Callable[[str], None]
) -> None:
    """Numbers to change, and whatever else can be set."""
    more, add = solara.use_state([])
    names = [*disputed(opened), *(name for name in choices.overrides if name in SPEC), *more]
    about = "What is set holds for every branch and theory. Theories differ on these numbers; add any other."
    with Section("What if a number were different?", about):
        with solara.Div(classes=["powersim-grid"]):
            for name in dict.fromkeys(names):
                One(knob(opened, name, choices.theory), put, reset)
        with solara.Div(classes=["powersim-row", "powersim-wide"]):
            rest = [name for name in SPEC if name not in names]
            rv.Autocomplete(label="Another number", items=rest, v_model=None, hide_details=True,
                            on_v_model=lambda name: add([*more, name]) if name else None)  # fmt: skip
            solara.InputText(
                "Anything else: NAME=VALUE", value="", on_value=lambda text: put(text) if text else None
            )
        if choices.overrides:
            with solara.Div(classes=["powersim-row"]):
                Words(
                    "span", "Set: " + ", ".join(f"{key}={value}" for key, value in choices.overrides.items())
                )
                solara.Button("Reset all", on_click=lambda: reset(""), text=True, small=True)


@solara.component
def One(knob: Knob, put: Callable[[str], None], reset: Callable[[str], None]) -> None:
    """A number with its slider, its unit, its range and its source."""
    with solara.Column(gap="0px"):
        with solara.Div(classes=["powersim-row"]):
            Words("strong", knob.name)
            Words("span", f"{knob.value:g} ({knob.range})")
            if knob.is_set:
                solara.Button("Reset", on_click=lambda: reset(knob.name), text=True, small=True)
        with solara.Div(classes=["powersim-row"]):
            with solara.Div(style="flex: 3 1 200px"):
                Slider(
                    knob.value,
                    knob.low,
                    knob.high,
                    knob.step,
                    lambda value: put(f"{knob.name}={value:.6g}") if knob.moved(value) else None,
                    knob.name,
                )
            with solara.Div(style="flex: 1 1 80px"):
                solara.InputText(
                    knob.name, value=f"{knob.value:g}", on_value=lambda text: put(f"{knob.name}={text}")
                )
        Words("div", f"{knob.about}. Source: {knob.source}", ["powersim-source"])


@solara.component
def Filling(
    working: bool, fan: Fan | None, runs: int, begin: Callable[[], None], end: Callable[[], None]
) -> None:
    """Begin, stop, and how far it is."""
    with solara.Div(classes=["powersim-row"]):
        if working:
            solara.Button("Stop", icon_name="mdi-stop", on_click=end, small=True)
        elif fan is None:
            solara.Button(
                f"Compute {runs} histories", icon_name="mdi-play", on_click=begin, small=True, color="primary"
            )
        if working or fan is not None:
            Words("span", f"{fan.runs if fan else 0} of {runs} runs")
    if working:
        solara.ProgressLinear(value=100.0 * (fan.runs if fan else 0) / runs or True)


@solara.component
def Spread(fan: Fan, outcome: str, pick: Callable[[str], None]) -> None:
    """The fan of an outcome, with what it says."""
    labels = fan.labels
    items = [{"text": labels.outcome(name).title, "value": name} for name in labels.outcomes]
    with solara.Div(classes=["powersim-grid"]):
        with solara.Column(gap="4px"):
            rv.Select(label="Outcome", v_model=outcome, items=items, on_v_model=pick, hide_details=True)
            Picture(lambda: draw_spread(fan, outcome), [fan, outcome])
        with solara.Column(gap="4px"):
            for said in fan.findings.values() if len(labels.branches) > 1 else ():
                Words("p", said)
            Words("div", BANDS, ["powersim-source"])


@solara.component
def Downloads(shown: Watched, name: str, runs: int) -> None:
    """What can be taken away, and the commands that compute the same."""
    stem = f"{shown.scenario.name}-run{shown.choices.run}"
    with Section("Take it with you", "The same run and the same effects, from the command line:"):
        for verb in ("tell", "compare"):
            Words("code", shown.choices.command(verb, name, runs), ["powersim-command"])
        with solara.Div(classes=["powersim-row"]):
            for label, file, made in (
                ("History (CSV)", f"{stem}.csv", shown.history),
                ("Chronicle (CSV)", f"{stem}-chronicle.csv", shown.chronicle),
                ("Scenario with what is set (YAML)", f"{shown.scenario.name}.yaml", shown.document),
            ):
                solara.FileDownload(made, filename=file, label=label, icon_name="mdi-download")
