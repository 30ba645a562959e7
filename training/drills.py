"""Turns that might have been said at a point of a conversation: branches beside the trunk, with no time in
them.

They cost a fraction of a simulated turn, and teach what a turn means and where it is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from edge_duplex.models.interaction.prompt import SILENCE_MS, VOICE_MS, Action, Status
from training.language import Turn
from training.simulate import Room, read_reply

STOPS = tuple(ms for ms in SILENCE_MS if ms >= 80)
"""Lengths of silence at which something might be decided, in ms."""


def drill(room: Room, turn: Turn, after: int, open_after: int, rng: Random) -> None:
    """`after`: ms of silence after which the turn is answered; `open_after`: … if it stops in mid-thought."""
    base = room.here()
    length = len(turn.words)

    def node(count: int) -> int:
        return room.tree.trunk(room.turn_tokens(turn.words[:count]), base)

    def silence(count: int, wait: int, choices: tuple[int, ...]) -> None:
        ms = rng.choice(choices)
        right = Action.SPEAK if ms >= wait else Action.WAIT
        room.teach_status(node(count), Status(False, ms, False), right)

    silence(length, after, STOPS[:3])
    silence(length, after, STOPS)
    room.teach_status(node(length), Status(True, rng.choice(VOICE_MS), False), Action.WAIT)
    for count in rng.sample(sorted(turn.holds), min(3, len(turn.holds))):
        pause = rng.randint(300, 1700)  # long pauses are rarer than short ones, and an abandoned turn is rarer still
        silence(count, open_after, tuple(ms for ms in STOPS if ms <= pause))
        if rng.random() < 0.3:
            silence(count, open_after, tuple(ms for ms in STOPS if ms >= open_after))
    for count in rng.sample(sorted(turn.done), min(1, len(turn.done))):
        silence(count, max(after, 160), STOPS)
    middle = [count for count in range(1, length) if count not in turn.holds and count not in turn.done]
    for count in rng.sample(middle, min(2, len(middle))):
        silence(count, open_after, STOPS[:3])
    room.teach_reply(node(length), read_reply(turn.reply))


def drill_waiting(room: Room, words: Sequence[str], rng: Random) -> None:
    """What might be said that needs no answer, however long the silence after it."""
    node = room.tree.trunk(room.turn_tokens(words), room.here())
    for ms in rng.sample(STOPS, 3):
        room.teach_status(node, Status(False, ms, False), Action.WAIT)


def drill_over_agent(room: Room, words: Sequence[str], tells: Callable[[Sequence[str]], bool], rng: Random) -> None:
    """What might be said over the agent where it now is. `tells`: whether the words so far mean to take the floor."""
    base, length = room.here(), len(words)
    for count in sorted({1, min(2, length), length}):
        node = room.tree.trunk(room.turn_tokens(words[:count]), base)
        if rng.random() < 0.4:  # the agent's words go on being heard while the recogniser looks for the user's next
            node = room.tree.trunk(room.agent_tokens(rng.choice((1, 1, 2))), node)
        right = Action.YIELD if tells(words[:count]) else Action.WAIT
        room.teach_status(node, Status(True, rng.choice(VOICE_MS[2:8]), True), right)
        if rng.random() < 0.5:
            room.teach_status(node, Status(False, rng.choice(SILENCE_MS[:6]), True), right)
