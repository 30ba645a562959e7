"""A hundred thousand random orders of what can happen to the engine, and what must hold after every block."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from timelines import MarkedVad, ScriptedLink

from edge_duplex.audio.chunks import Chunk
from edge_duplex.audio.frames import block_samples
from edge_duplex.engine import Engine, Moment
from edge_duplex.floor.table import State

RATE = 400
"""Hz: blocks of 8 samples keep the sweep quick; nothing here depends on the rate."""
BLOCK = block_samples(RATE)
LIMIT = 5
"""Blocks of overlap."""
FRESH, STALE = 100, -100
"""Sound of the present turn is positive, of any other negative: a stale frame is heard by its sign."""
NOTHING, VOICE = "....", "###"
THINGS = ("sound", "end", "short", "backchannel", "yield", "old sound", "old yield", "restart", "", "")
Step = tuple[bool, str]


def chunk(thing: str, turn: int) -> Chunk:
    level, of = (STALE, turn - 1) if thing.startswith("old") else (FRESH, turn)
    blocks = {"sound": 4.0, "old sound": 4.0, "short": 0.5, "backchannel": 2.0}.get(thing, 0.0)
    sound = np.full(int(blocks * BLOCK), level, dtype=np.int16)
    return Chunk(of, sound, thing in ("end", "backchannel"), thing.endswith("yield"), thing == "backchannel")


class Watched:
    """An engine, and the invariants checked after each of its blocks."""

    def __init__(self) -> None:
        self.link = ScriptedLink()
        self.engine = Engine(RATE, MarkedVad(), self.link, LIMIT * 20)
        self.overlap = 0
        self.before: Moment | None = None
        self.arrived = 0
        """Samples that have arrived for the present turn."""

    def step(self, voiced: bool, thing: str) -> None:
        turn = self.engine.turn
        if thing == "restart":
            self.link = ScriptedLink()
            self.engine.attach(self.link)
        elif thing:
            coming = chunk(thing, turn)
            self.link.coming.append(coming)
            self.arrived += len(coming.samples) if coming.turn == turn else 0
        moment = self.engine.block(np.full(BLOCK, 50 if voiced else 0, dtype=np.int16))
        self.check(moment)
        self.before = moment

    def check(self, moment: Moment) -> None:
        assert moment.said.shape == (BLOCK,)
        assert moment.said.min() >= 0, "a stale frame was heard"
        flushed = self.before is not None and moment.turn != self.before.turn
        if flushed:
            self.arrived = 0
            assert moment.played == 0
            assert moment.said[-1] < FRESH, "a flush must fade out within its block"
        else:
            assert moment.played <= self.arrived, "more was played than had arrived"
            assert bool(moment.said.any()) <= (moment.played > 0), "sound from nowhere"
        if self.before is not None and moment.turn < self.before.turn:
            raise AssertionError("turn numbers never go back")
        self.overlap = self.overlap + 1 if moment.state is State.OVERLAP else 0
        assert self.overlap <= LIMIT, "overlap past its limit"
        self.check_the_story(moment)

    def check_the_story(self, moment: Moment) -> None:
        """The states are what the log says they are."""
        state = self.before.state if self.before else State.IDLE
        user, agent = state.user_speaks, state.agent_speaks
        for event in moment.events:
            user = {"user_start": True, "user_stop": False}.get(event.name, user)
            agent = {"agent_start": True, "agent_stop": False}.get(event.name, agent)
        assert (user, agent) == (moment.state.user_speaks, moment.state.agent_speaks)


def test_a_hundred_thousand_random_orders() -> None:
    chance = random.Random(20261122)
    for _ in range(100_000):
        watched = Watched()
        voiced = False
        for _ in range(chance.randrange(4, 20)):
            voiced = voiced if chance.random() < 0.8 else not voiced
            watched.step(voiced, chance.choice(THINGS))


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(THINGS)), max_size=120))
def test_any_order_and_the_shortest_that_breaks_it(steps: list[Step]) -> None:
    watched = Watched()
    for voiced, thing in steps:
        watched.step(voiced, thing)
