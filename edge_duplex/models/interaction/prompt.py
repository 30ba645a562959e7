"""The timeline as the interaction model reads it, and its replies as they are written. Training uses it too.

The *trunk* is the words of both channels in the order heard, under channel tags:

    <user> what time is it <agent> it's ten past three <due> tea timer <user> thanks

A *status* is one token, a leaf on the trunk: is there voice or silence, for how long, is the agent speaking.
What the model predicts after it is the *action*. A *reply* is a branch off the trunk, and never part of it:

    <reply> it is ten past three . <end>        <reply> <call> timer.set ten minutes <end>
    <reply> <due> <end>                         the notice that has come due, in its own words
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge_duplex.timeline import Spoken, Who

START = "<s>"
"""The root of every trunk; the vocabulary's own beginning-of-text token."""
USER, AGENT, DUE, REPLY, CALL, END = "<user>", "<agent>", "<due>", "<reply>", "<call>", "<end>"
TAGS = {Who.USER: USER, Who.AGENT: AGENT, Who.CUE: DUE}

APART_MS = 2000
"""Words of the user further apart than this are two utterances: the tag is written again."""


class Action(StrEnum):
    """What the model may do at a step."""

    WAIT = "wait"
    SPEAK = "speak"
    BACKCHANNEL = "backchannel"
    YIELD = "yield"
    DELEGATE = "delegate"

    @property
    def token(self) -> str:
        return f"<{self.value}>"


VOICE_MS = (0, 80, 160, 240, 320, 400, 480, 560, 640, 800, 1200, 2000, 4000)
SILENCE_MS = (
    0, 80, 160, 240, 320, 400, 480, 560, 640, 800, 1000, 1200, 1400, 1600, 1800, 2000, 2400, 3200, 5000,
)  # fmt: skip
"""Lower edges of the buckets of duration, in ms."""

STALE_MS = 2500
"""Voice without a new word for this long is a noise that the voice detector has latched on to."""


@dataclass(frozen=True, slots=True)
class Status:
    """The moment, but for the words. `ms` is the lower edge of its bucket of duration."""

    voice: bool
    ms: int
    agent_speaks: bool

    @property
    def token(self) -> str:
        return f"<{'v' if self.voice else 's'}{self.ms}{'a' if self.agent_speaks else 'u'}>"


def status(voice_ms: float, silence_ms: float, agent_speaks: bool, since_word_ms: float = 0.0) -> Status:
    """The status of a moment. `since_word_ms`: how long ago the user's words last changed."""
    if voice_ms > STALE_MS and since_word_ms > STALE_MS:
        return status(0.0, since_word_ms, agent_speaks)
    edges, ms = (VOICE_MS, voice_ms) if voice_ms > 0 else (SILENCE_MS, silence_ms)
    return Status(voice_ms > 0, edges[bisect_right(edges, max(0.0, ms)) - 1], agent_speaks)


STATUSES = tuple(
    Status(voice, ms, agent)
    for agent in (False, True)
    for voice, edges in ((True, VOICE_MS), (False, SILENCE_MS))
    for ms in edges
)

CONTROLS = (
    USER, AGENT, DUE, REPLY, CALL, END, *(action.token for action in Action), *(s.token for s in STATUSES),
)  # fmt: skip
"""Every control token of the vocabulary but `START`, in the order in which they stand in it."""

_NOT_SPOKEN = re.compile(r"[^a-z0-9' ]+")


def words_of(text: str) -> list[str]:
    """The bare words: lower case, no punctuation but the apostrophe. "Mm-hm, it's 3!" gives mm hm it's 3."""
    bare = _NOT_SPOKEN.sub(" ", text.lower().replace("’", "'"))
    return [word for word in (part.strip("'") for part in bare.split()) if word]


def trunk(spoken: Iterable[Spoken], sample_rate: int) -> list[str]:
    """Tags and words, from words in the order heard (`Timeline.spoken`)."""
    items: list[str] = []
    before: Spoken | None = None
    for word in spoken:
        apart = (
            before is not None and word.who is Who.USER and (word.start - before.end) * 1000 > APART_MS * sample_rate
        )
        if before is None or before.who is not word.who or word.who is Who.CUE or apart:
            items.append(TAGS[word.who])
        items += words_of(word.text)
        before = word
    return items


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wants to say. `text` is to be spoken, or is the skill's arguments if `skill` is not
    empty."""

    text: str
    skill: str = ""
    due: bool = False
    """First the notice that has come due."""


def reply_items(reply: Reply) -> list[str]:
    """The branch, as control tokens and words. `parse_reply` undoes it."""
    items = [REPLY]
    if reply.due:
        items.append(DUE)
    if reply.skill:
        items += [CALL, reply.skill]
    return [*items, *reply.text.split(), END]


def parse_reply(items: Sequence[str]) -> Reply | None:
    """A branch after `<reply>`, up to but without `<end>`; ordinary text may be in any pieces that join up.

    None if it is malformed: a control token out of its place, a call without a name, or nothing at all.
    """
    rest = list(items)
    due = bool(rest) and rest[0] == DUE
    if due:
        rest = rest[1:]
    call = bool(rest) and rest[0] == CALL
    if call:
        rest = rest[1:]
    if any(item in CONTROLS for item in rest):
        return None
    text = " ".join("".join(rest).split())
    if not call:
        return Reply(text, due=due) if text or due else None
    skill, _, arguments = text.partition(" ")
    return Reply(arguments, skill, due) if skill else None
