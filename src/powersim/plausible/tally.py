"""From the event log of a run to the chronicle that `counts.count_run` takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from powersim.plausible.counts import Chronicle
from powersim.world import columns as col
from powersim.world.chronicle import BREACH, CRISIS, DELIVERY, LAPSED, LEG, SIGNED, WAR
from powersim.world.legs import Legs
from powersim.world.state import FREEZE, REFRAIN

Floats = NDArray[np.float64]


def read_log(
    log: Floats, controls: int, flows: Sequence[str], rival: Sequence[bool], turns: int
) -> Chronicle:
    """Read the first `turns` turns of a log (rows, 8) of `world.chronicle`.

    `controls`: number of controls; `flows`: the ordered dyad `RUS>IRN` of each flow; `rival`: whether its good is one
    that the giver loses. A freeze is a promise to refrain with a control or to hold back a flow; one that is renewed
    in the turn in which it ends, or the next, goes on. It ends with the deal: when that lapses or a party breaks it.
    """
    if len(flows) != len(rival):
        raise ValueError(f"{len(flows)} flows but {len(rival)} marks of rival goods")
    rows = log[log[:, col.TURN] < turns]
    kinds = rows[:, col.KIND].astype(np.int64)
    deliveries = [
        (int(row[col.TURN]), flows[int(row[col.THING])])
        for row in rows[kinds == DELIVERY]
        if rival[int(row[col.THING])]
    ]
    return Chronicle(
        wars=int(np.sum(kinds == WAR)),
        crises=int(np.sum(kinds == CRISIS)),
        deals=int(np.sum(kinds == SIGNED)),
        breaches=int(np.sum(kinds == BREACH)),
        deliveries=deliveries,
        freezes=_freezes(rows, kinds, controls),
    )


def _freezes(rows: Floats, kinds: NDArray[np.int64], controls: int) -> list[tuple[int, int | None]]:
    """(first turn, turn of the end or None) of every freeze, renewals joined."""
    spells: dict[int, list[tuple[int, int | None]]] = {}
    held: dict[int, set[int]] = {}  # what each open deal freezes
    for row, kind in zip(rows, kinds, strict=True):
        turn, deal = int(row[col.TURN]), int(row[col.DEAL])
        if kind == SIGNED:
            held[deal] = set()
        elif kind == LEG:
            thing = _frozen_thing(int(row[col.THING]), controls)
            if thing is not None:
                held.setdefault(deal, set()).add(thing)
                _begin(spells.setdefault(thing, []), turn)
        elif kind in (LAPSED, BREACH):
            for thing in held.pop(deal, set()):
                if not any(thing in others for others in held.values()):
                    spells[thing][-1] = (spells[thing][-1][0], turn)
    return sorted((spell for listed in spells.values() for spell in listed), key=lambda spell: spell[0])


def _begin(listed: list[tuple[int, int | None]], turn: int) -> None:
    """Open a spell, or reopen the last one if it is open or ended no more than a turn ago."""
    if listed:
        start, end = listed[-1]
        if end is None or turn - end <= 1:
            listed[-1] = (start, None)
            return
    listed.append((turn, None))


def _frozen_thing(leg: int, controls: int) -> int | None:
    """The control, or number of controls + flow, that a leg freezes; None if the leg is something else."""
    if Legs.moves_control(controls, leg):
        return Legs.control_of(leg) if Legs.side_of(leg) == REFRAIN else None
    return controls + Legs.flow_of(controls, leg) if Legs.deed_of(controls, leg) == FREEZE else None
