"""The floor table has no hole, and an illegal event changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_duplex.errors import IllegalEventError
from edge_duplex.floor.table import TABLE, Act, Floor, Happens, State, diagram

PAIRS = [(state, event) for state in State for event in Happens]


def possible(state: State, event: Happens) -> bool:
    """What can happen, said a second time from what the states mean."""
    return {
        Happens.USER_STARTS: not state.user_speaks,
        Happens.USER_STOPS: state.user_speaks,
        Happens.AGENT_STARTS: not state.agent_speaks,
        Happens.AGENT_STOPS: state.agent_speaks,
        Happens.YIELD: state.agent_speaks,
    }[event]


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair_is_in_the_table_exactly_when_it_can_happen(state: State, event: Happens) -> None:
    assert (event in TABLE[state]) == possible(state, event)


@pytest.mark.parametrize(("state", "event"), [pair for pair in PAIRS if possible(*pair)])
def test_a_state_is_who_speaks_and_an_event_changes_just_that(state: State, event: Happens) -> None:
    after = TABLE[state][event].to
    user = {Happens.USER_STARTS: True, Happens.USER_STOPS: False}.get(event, state.user_speaks)
    agent = {Happens.AGENT_STARTS: True, Happens.AGENT_STOPS: False, Happens.YIELD: False}
    assert (after.user_speaks, after.agent_speaks) == (user, agent.get(event, state.agent_speaks))


def test_only_a_yield_flushes_and_only_a_user_starting_over_the_agent_ducks() -> None:
    acts = {(s, e): move.act for s, moves in TABLE.items() for e, move in moves.items()}
    assert {pair for pair, act in acts.items() if act is Act.FLUSH} == {
        (State.AGENT, Happens.YIELD),
        (State.OVERLAP, Happens.YIELD),
    }
    assert [pair for pair, act in acts.items() if act is Act.DUCK] == [(State.AGENT, Happens.USER_STARTS)]


@given(st.lists(st.sampled_from(list(Happens)), max_size=60))
def test_an_illegal_event_raises_and_changes_nothing(events: list[Happens]) -> None:
    floor = Floor()
    for event in events:
        before = floor.state
        if possible(before, event):
            floor.happens(event)
        else:
            with pytest.raises(IllegalEventError, match=event.value):
                floor.happens(event)
            assert floor.state is before


def test_the_diagram_in_the_documents_is_drawn_from_the_table() -> None:
    architecture = Path(__file__).parent.parent / "docs" / "architecture.md"
    assert diagram() in architecture.read_text(encoding="utf-8")
