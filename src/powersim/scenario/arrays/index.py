"""Where everything of a resolved scenario stands in the world's arrays: names to indices, and back."""

from __future__ import annotations

from dataclasses import dataclass

from powersim.scenario.resolved import FlowKey, Pair, Scenario


@dataclass(frozen=True)
class Index:
    """Places of names in the arrays of `powersim.world.state`. Everything is sorted, so a file's order cannot matter.

    Controls are levers by issue, then sanctions by (sender, target), pledges by (pledger, pledgee), and positions of
    members by (issue, actor).
    """

    actors: dict[str, int]
    issues: dict[str, int]
    goods: dict[str, int]
    flows: dict[FlowKey, int]
    levers: dict[str, int]  # issue: control
    sanctions: dict[Pair, int]  # (sender, target): control
    pledges: dict[Pair, int]  # (pledger, pledgee): control
    voices: dict[Pair, int]  # (issue, actor): control
    disputes: dict[tuple[str, str, str], int]  # (challenger, target, issue)
    strikes: dict[tuple[str, str, str], int]  # (by, on, programme)
    proxies: dict[tuple[str, str, str], int]  # (by, on, issue)
    events: dict[str, int]
    laid_stocks: tuple[Pair, ...]  # (actor, good) that some branch lays down
    controls: tuple[
        str, ...
    ]  # a name for every control: the issue, "sanctions A>B", "pledge A>B", "A on ISSUE"

    @classmethod
    def of(cls, s: Scenario) -> Index:
        """The places of a scenario's names."""
        levers = [issue.id for issue in s.issues if issue.shows == "lever"]
        sanctions = [(item.sender, item.target) for item in s.instruments]
        first_pledge = len(levers) + len(sanctions)
        voices = [(issue.id, voice.actor) for issue in s.issues for voice in issue.voices]
        names = [
            *levers,
            *(f"sanctions {a}>{b}" for a, b in sanctions),
            *(f"pledge {a}>{b}" for a, b in s.pledges),
            *(f"{actor} on {issue}" for issue, actor in voices),
        ]
        return cls(
            actors={actor.code: i for i, actor in enumerate(s.actors)},
            issues={issue.id: i for i, issue in enumerate(s.issues)},
            goods={good.id: i for i, good in enumerate(s.goods)},
            flows={flow: i for i, flow in enumerate(s.flows)},
            levers={name: i for i, name in enumerate(levers)},
            sanctions={pair: i for i, pair in enumerate(sanctions, len(levers))},
            pledges={pair: i for i, pair in enumerate(s.pledges, first_pledge)},
            voices={pair: i for i, pair in enumerate(voices, first_pledge + len(s.pledges))},
            disputes={(d.challenger, d.target, d.issue): i for i, d in enumerate(s.disputes)},
            strikes={(x.by, x.on, x.programme): i for i, x in enumerate(s.strikes)},
            proxies={(x.by, x.on, x.issue): i for i, x in enumerate(s.proxies)},
            events={event.id: i for i, event in enumerate(s.events)},
            laid_stocks=tuple(
                sorted(
                    {
                        (step.thing[0], step.thing[1])
                        for branch in s.branches.values()
                        for step in branch.steps
                        if step.verb == "stock"
                    }
                )
            ),
            controls=tuple(names),
        )

    def between(self, a: str, b: str, over: str = "") -> list[int]:
        """Disputes between two actors, either way."""
        return [
            place
            for (first, second, issue), place in self.disputes.items()
            if {first, second} == {a, b} and over in ("", issue)
        ]

    def controls_of(self, s: Scenario, issue: str) -> list[int]:
        """The controls that move an issue: its lever, its members' positions, or the sanctions that it shows."""
        if issue in self.levers:
            return [self.levers[issue]]
        shown = s.issues[self.issues[issue]]
        if shown.voices:
            return [self.voices[issue, voice.actor] for voice in shown.voices]
        return [self.sanctions[sender, shown.target] for sender in shown.senders]
