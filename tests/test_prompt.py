"""The timeline as tokens: what the model is shown, and what it writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_duplex.models.interaction.context import Window
from edge_duplex.models.interaction.prompt import (
    CONTROLS,
    SILENCE_MS,
    STALE_MS,
    STATUSES,
    VOICE_MS,
    Action,
    Reply,
    Status,
    parse_reply,
    reply_items,
    status,
    trunk,
    words_of,
)
from edge_duplex.timeline import Spoken, Who

RATE = 16000


def said(text: str, who: Who, at_ms: int) -> list[Spoken]:
    """Words of 200 ms each from `at_ms`, in samples."""
    return [
        Spoken((at_ms + 200 * (i + 1)) * 16, (at_ms + 200 * i) * 16, who, word) for i, word in enumerate(text.split())
    ]


def written(*parts: list[Spoken]) -> str:
    return " ".join(trunk(sorted(word for part in parts for word in part), RATE))


def test_channels_stand_in_the_order_heard() -> None:
    user = said("what time is it", Who.USER, 0)
    agent = said("It's ten past three.", Who.AGENT, 1000)
    assert written(agent, user) == "<user> what time is it <agent> it's ten past three"


def test_words_of_both_at_once_are_interleaved() -> None:
    agent, user = said("I can tell you", Who.AGENT, 0), said("wait", Who.USER, 450)
    assert written(agent, user) == "<agent> i can tell <user> wait <agent> you"


def test_a_cue_is_written_with_its_label() -> None:
    assert written(said("thanks", Who.USER, 0), [Spoken(9000, 9000, Who.CUE, "five minute timer")]) == (
        "<user> thanks <due> five minute timer"
    )


@pytest.mark.parametrize(("gap_ms", "tags"), [(1900, 1), (2100, 2)])
def test_a_long_silence_begins_a_new_utterance(gap_ms: int, tags: int) -> None:
    text = written(said("set a timer", Who.USER, 0), said("what time is it", Who.USER, 600 + gap_ms))
    assert text.count("<user>") == tags


def test_words_are_bare() -> None:
    assert words_of("Mm-hm, it’s “THREE”, o'clock!") == ["mm", "hm", "it's", "three", "o'clock"]


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.booleans(), st.floats(0, STALE_MS))
def test_every_moment_has_a_status_of_the_vocabulary(voice: float, silent: float, agent: bool, since: float) -> None:
    seen = status(voice, silent, agent, since)
    assert seen in STATUSES
    assert seen.token in CONTROLS
    assert seen.ms <= (voice if seen.voice else silent)


def test_status_tokens_are_all_different() -> None:
    assert len({s.token for s in STATUSES}) == len(STATUSES) == 2 * (len(VOICE_MS) + len(SILENCE_MS))
    assert len(set(CONTROLS)) == len(CONTROLS)


def test_voice_that_brings_no_words_is_a_noise_in_the_end() -> None:
    assert status(4000, 0, False, since_word_ms=4000) == Status(False, 3200, False)
    assert status(4000, 0, False, since_word_ms=300) == Status(True, 4000, False)


PLAIN = st.lists(st.text("abcdefghij'", min_size=1, max_size=8), min_size=1, max_size=8).map(" ".join)


@given(PLAIN, st.sampled_from(["", "timer.set", "clock.time"]), st.booleans())
def test_a_reply_is_read_back_as_it_was_written(text: str, skill: str, due: bool) -> None:
    reply = Reply(text, skill, due)
    items = [item if item in CONTROLS else f" {item}" for item in reply_items(reply)]
    assert parse_reply(items[1:-1]) == reply


@pytest.mark.parametrize(
    "items",
    [[], ["<call>"], [" hello", "<call>", " x"], ["<call>", "<due>"], [" well", "<user>", " no"], ["<due>", "<due>"]],
)
def test_a_malformed_reply_is_none(items: list[str]) -> None:
    assert parse_reply(items) is None


def test_a_notice_alone_is_a_reply() -> None:
    assert parse_reply(["<due>"]) == Reply("", due=True)


def test_actions_have_tokens() -> None:
    assert [action.token for action in Action] == ["<wait>", "<speak>", "<backchannel>", "<yield>", "<delegate>"]


class TestWindow:
    """One token an item."""

    def window(self, most: int) -> Window:
        self.ids: dict[str, int] = {}
        return Window(lambda item: [self.ids.setdefault(item, len(self.ids))], RATE, most)

    def talk(self, turns: int) -> list[Spoken]:
        words: list[Spoken] = []
        for turn in range(turns):
            words += said(f"ask{turn} now", Who.USER, turn * 2000)
            words += said(f"told{turn} so", Who.AGENT, turn * 2000 + 1000)
        return words

    def test_a_short_conversation_is_whole(self) -> None:
        assert len(self.window(100).tokens(self.talk(3))) == 1 + 3 * 6

    def test_a_long_one_never_exceeds_its_most_and_is_cut_by_half(self) -> None:
        window, cuts, before = self.window(60), 0, -1
        for turns in range(1, 100):
            tokens = window.tokens(self.talk(turns))
            assert len(tokens) <= 60
            cuts += window.since != before
            before = window.since
        assert cuts < 25, "a cut decodes everything anew, so it must be rare"

    def test_after_a_cut_it_begins_with_the_user(self) -> None:
        window = self.window(40)
        tokens = window.tokens(self.talk(30))
        assert [name for name, token in self.ids.items() if token == tokens[1]] == ["<user>"]

    def test_between_cuts_it_only_grows_at_its_end(self) -> None:
        window, last = self.window(60), [0]
        for turns in range(1, 60):
            since = window.since
            tokens = window.tokens(self.talk(turns))
            if window.since == since:
                assert tokens[: len(last)] == last
            last = tokens
