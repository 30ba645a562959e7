"""Training sees what the runtime sees: the same tokens, the same trunk, the same numbers."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")
pytest.importorskip("sentencepiece")

from edge_duplex.models.gguf import read_gguf, require_interaction, verify_checksum  # noqa: E402
from edge_duplex.models.interaction.brain import Brain  # noqa: E402
from edge_duplex.models.interaction.prompt import Action, Status  # noqa: E402
from edge_duplex.models.llama import Llama  # noqa: E402
from training import tokeniser  # noqa: E402
from training.conversation import Conversation  # noqa: E402
from training.export import release  # noqa: E402
from training.hearing import mishear, noise, utter, voice_silence  # noqa: E402
from training.language import Turn  # noqa: E402
from training.network import Network, Shape  # noqa: E402
from training.simulate import ACTION_INDEX  # noqa: E402
from training.tokeniser import Tokeniser  # noqa: E402
from training.train import action_tokens, losses, pack, text  # noqa: E402
from training.tree import NONE, Tree, batch  # noqa: E402


@pytest.fixture(scope="module")
def words() -> Tokeniser:
    return Tokeniser(tokeniser.train(text(seed=3, lines=1500), size=800))


@pytest.fixture(scope="module")
def made(words: Tokeniser, tmp_path_factory: pytest.TempPathFactory) -> tuple[Network, Path, Path]:
    """A small untrained network, its Q8_0 and its F32 file."""
    torch.manual_seed(0)
    network = Network(Shape(words.size, width=64, layers=2, heads=2, hidden=96))
    path = tmp_path_factory.mktemp("model") / "small.gguf"
    return network, path, release(network, words, path)


def conversation(words: Tokeniser, seed: int, nodes: int = 150) -> Tree:
    return Conversation(Random(seed), words, nodes=nodes).play()


def test_the_runtime_makes_the_same_tokens(words: Tokeniser, made: tuple[Network, Path, Path]) -> None:
    brain = Brain(Llama(made[1]))
    for word in ("what", "time", "it's", "timer.set", "I", "Sorry,", "seventeen", "zyx", "o'clock", "<user>", "<s80u>"):
        assert brain.token_ids(word) == words.item(word), word
    brain.close()


def test_every_node_of_a_tree_scores_as_its_path_does_in_llama_cpp(
    words: Tokeniser, made: tuple[Network, Path, Path]
) -> None:
    network, _, full = made
    tree = conversation(words, seed=4)
    packed = batch([tree, conversation(words, seed=5, nodes=80)])
    with torch.no_grad():
        hidden = network(*(torch.from_numpy(a) for a in (packed.tokens, packed.positions, packed.sees)))
        ours = network.logits(hidden)[0].numpy()
    llama = Llama(full)
    for node in Random(1).sample(range(len(tree)), 25):
        llama.forget(0)
        theirs = llama.decode(tree.path(node), 0)
        np.testing.assert_allclose(theirs, ours[node], atol=2e-3)
    llama.close()


def test_quantised_agrees_on_the_likeliest_action(words: Tokeniser, made: tuple[Network, Path, Path]) -> None:
    tree = conversation(words, seed=6)
    full, small = Llama(made[2]), Llama(made[1])
    actions = action_tokens(words).numpy()
    worst = 0.0
    for node in [n for n in range(len(tree)) if tree.actions[n] != NONE][:60]:
        path = tree.path(node)
        full.forget(0)
        small.forget(0)
        worst = max(worst, float(np.abs(full.decode(path, 0)[actions] - small.decode(path, 0)[actions]).max()))
    assert worst < 0.05
    full.close()
    small.close()


def test_the_files_are_sealed_with_the_digest_of_their_tensors(made: tuple[Network, Path, Path]) -> None:
    for path in made[1:]:
        info = read_gguf(path)
        require_interaction(info)
        verify_checksum(info)


def test_a_conversation_is_the_same_for_the_same_seed(words: Tokeniser) -> None:
    one, two = conversation(words, seed=8), conversation(words, seed=8)
    assert (one.tokens, one.parents, one.actions) == (two.tokens, two.parents, two.actions)


def test_a_conversation_teaches_every_action_it_can(words: Tokeniser) -> None:
    taught = {action for seed in range(12) for action in conversation(words, seed).actions}
    assert {ACTION_INDEX[a] for a in (Action.WAIT, Action.SPEAK, Action.YIELD)} <= taught
    assert ACTION_INDEX[Action.DELEGATE] not in taught


def test_no_status_or_reply_is_on_the_trunk(words: Tokeniser) -> None:
    tree = conversation(words, seed=9)
    parents = set(tree.parents)
    assert all(node not in parents for node in range(len(tree)) if tree.actions[node] != NONE)


def test_a_node_sees_its_ancestors_and_nothing_else() -> None:
    tree = Tree(1)
    end = tree.trunk([10, 11])
    tree.status(end, 20, 0)
    tree.reply(end, [30, 31])
    made = batch([tree])
    assert made.positions[0].tolist() == [0, 1, 2, 3, 3, 4]
    assert [set(np.flatnonzero(row)) for row in made.sees[0]] == [
        {0}, {0, 1}, {0, 1, 2}, {0, 1, 2, 3}, {0, 1, 2, 4}, {0, 1, 2, 4, 5},
    ]  # fmt: skip
    assert made.follows[0].tolist() == [NONE, NONE, NONE, NONE, 31, NONE]


def test_learning_lowers_both_losses(words: Tokeniser) -> None:
    torch.manual_seed(0)
    network = Network(Shape(words.size, width=64, layers=2, heads=2, hidden=96))
    some = batch([conversation(words, seed) for seed in (1, 2)])
    optimiser = torch.optim.AdamW(network.parameters(), lr=5e-3)
    history = []
    for _ in range(12):
        act, said = losses(network, some, action_tokens(words))
        history.append((act.item(), said.item()))
        optimiser.zero_grad()
        (act + said).backward()
        optimiser.step()
    assert history[-1][0] < 0.7 * history[0][0]
    assert history[-1][1] < 0.9 * history[0][1]


def test_packs_hold_every_tree_once_and_no_more_than_a_step_takes() -> None:
    trees = [Tree(1) for _ in range(30)]
    for size, tree in enumerate(trees):
        tree.trunk(list(range(30 * size)))
    packs = list(pack(trees))
    assert sorted(id(tree) for some in packs for tree in some) == sorted(map(id, trees))
    assert all(len(some) == 1 or max(map(len, some)) * len(some) <= 4200 for some in packs)


class TestHearing:
    def test_voice_and_silence_are_those_of_the_floor(self) -> None:
        voiced = [(1000, 1500), (1600, 2000), (3000, 3400)]
        assert voice_silence(voiced, 1020)[0] == 0, "not yet known to be voice"
        assert voice_silence(voiced, 1100) == (100, 0)
        assert voice_silence(voiced, 1550) == (0, 50)
        assert voice_silence(voiced, 1700) == (700, 0), "a short gap does not end the run"
        assert voice_silence(voiced, 3200) == (200, 0), "a long one does"

    def test_words_come_in_order_and_the_last_not_before_it_is_said(self) -> None:
        words = ["set", "a", "timer", "for", "ten", "minutes"]
        for seed in range(50):
            said = utter(words, words, 500, {4: 900}, Random(seed), ["the", "a"])
            seen = [word.seen for word in said.words]
            assert seen == sorted(seen)
            assert all(word.seen >= word.start for word in said.words)
            assert [w.text for w in said.words] == words
            assert said.settled >= said.voiced[-1][1]

    def test_a_misheard_number_is_never_taught_as_if_it_had_been_heard(self) -> None:
        turn = Turn(
            ("timer", "for", "ten", "minutes"), "<call> timer.set ten minutes", "request", frozenset(), frozenset()
        )
        for seed in range(200):
            wrong = mishear(turn, Random(seed), ["seven", "cat", "the"], 0.4)
            assert " ".join(wrong.words[2:]) == "ten minutes"

    def test_noise_has_no_words(self) -> None:
        assert noise(100, Random(1)).words == ()


def test_statuses_never_seen_are_not_in_the_vocabulary(words: Tokeniser) -> None:
    assert len(words.item(Status(True, 80, True).token)) == 1
    assert len(words.item("<v85a>")) > 1
