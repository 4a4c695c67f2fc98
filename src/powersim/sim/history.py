"""One history, compiled: the unit of work of every study."""

from __future__ import annotations

from powersim.sim.run import Engine, History
from powersim.world.case import Case
from powersim.world.channels import Held
from powersim.world.draws import Luck
from powersim.world.start import LOG_ROWS

__all__ = ["History", "simulate"]


def simulate(
    case: Case,
    seed: int,
    run: int,
    log_rows: int = LOG_ROWS,
    detail: bool = False,
    *,
    keep: bool = False,
    held: Held | None = None,
    chance: Luck | None = None,
) -> History:
    """Compute run `run` of a case. The same seed, run and case give the same bytes, compiled or interpreted.

    detail: the chronicle also says which offers came to nothing and which beliefs moved a little; nothing else changes.
    keep: write down the paths of the channels (`History.paths`). held: channels that go as in another history,

        sibling = simulate(cancel, seed, run, keep=True)
        simulate(keep, seed, run, held=Held(sibling.paths, ["threat", "trust"]))

    is what `keep` would do if threat and trust went as they do after `cancel`. What is held where: `world.channels`.
    chance: luck that is not the run's own, with a key for every turn.
    Raises ValueError for a seed or run that a key cannot hold, PowersimError for a channel that does not exist.
    """
    engine = Engine(case, seed, run, log_rows=log_rows, detail=detail, keep=keep, held=held, chance=chance)
    engine.to(case.turns)
    return engine.history()
