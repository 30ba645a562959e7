"""The floor: who may be heard, in one table.

Two people can be silent, one can speak, or both can: four states, and each is exactly "is the user speaking" and
"is the agent speaking". What makes a conversation is not the states but what happens on the way between them.

The user starting over the agent is not yet an interruption: the agent *ducks* at once, because a quieter voice is
polite whatever comes next, and goes on. Most such starts are an "uh-huh", a cough, a word to somebody else; the
user stops, the agent comes back up (*unduck*). If it was meant, whoever understands the words says *yield*: the
agent fades out within one block, what it still had to say is flushed, and the turn number goes up by one, so that
sound of the old turn that is still in flight is known by its number and never played.

The agent starting while the user still speaks (a model that was sure the turn was over) does not duck: it has
chosen to speak. If it was wrong, the overlap runs into its limit and yields.

A yield while the user is already silent again ("stop", said and done before the verdict) leaves nobody speaking.

Every pair of state and event is either in the table or raises `IllegalEventError` and changes nothing. There is no
"ignore": whoever sends an event knows whether it can happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from edge_duplex.errors import IllegalEventError


class State(Enum):
    IDLE = "idle"
    USER = "user"
    AGENT = "agent"
    OVERLAP = "overlap"

    @property
    def user_speaks(self) -> bool:
        return self in (State.USER, State.OVERLAP)

    @property
    def agent_speaks(self) -> bool:
        return self in (State.AGENT, State.OVERLAP)


class Happens(Enum):
    USER_STARTS = "user starts"
    USER_STOPS = "user stops"
    AGENT_STARTS = "agent starts"
    AGENT_STOPS = "agent stops"
    YIELD = "yield"


class Act(Enum):
    """What the gate is told on a transition."""

    NOTHING = ""
    DUCK = "duck"
    UNDUCK = "unduck"
    FLUSH = "flush"


@dataclass(frozen=True, slots=True)
class Move:
    to: State
    act: Act = Act.NOTHING


TABLE: Mapping[State, Mapping[Happens, Move]] = {
    State.IDLE: {
        Happens.USER_STARTS: Move(State.USER),
        Happens.AGENT_STARTS: Move(State.AGENT),
    },
    State.USER: {
        Happens.USER_STOPS: Move(State.IDLE),
        Happens.AGENT_STARTS: Move(State.OVERLAP),
    },
    State.AGENT: {
        Happens.USER_STARTS: Move(State.OVERLAP, Act.DUCK),
        Happens.AGENT_STOPS: Move(State.IDLE),
        Happens.YIELD: Move(State.IDLE, Act.FLUSH),
    },
    State.OVERLAP: {
        Happens.USER_STOPS: Move(State.AGENT, Act.UNDUCK),
        Happens.AGENT_STOPS: Move(State.USER, Act.UNDUCK),
        Happens.YIELD: Move(State.USER, Act.FLUSH),
    },
}


class Floor:
    """The present state, moved only by the table."""

    def __init__(self) -> None:
        self.state = State.IDLE

    def happens(self, event: Happens) -> Act:
        """Make the transition and return what the gate is to do. Raises IllegalEventError, having changed nothing."""
        move = TABLE[self.state].get(event)
        if move is None:
            raise IllegalEventError(f"{event.value!r} cannot happen while the floor is {self.state.value}")
        self.state = move.to
        return move.act


def diagram() -> str:
    """The table as a Mermaid state diagram; docs/architecture.md holds what this returns."""
    lines = ["stateDiagram-v2", "    [*] --> idle"]
    for state, moves in TABLE.items():
        for event, move in moves.items():
            act = f" ({move.act.value})" if move.act is not Act.NOTHING else ""
            lines.append(f"    {state.value} --> {move.to.value}: {event.value}{act}")
    return "\n".join(lines)
