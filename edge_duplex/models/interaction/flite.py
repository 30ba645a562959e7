"""The one binding to flite, through ctypes: a text in, sound and timed words out.

flite is a C library of the system, not of Python. Its voices are shared libraries of their own, with the
voice inside. A voice, once registered, lives as long as the process, so two mouths with one voice share it;
the library keeps global tables and is not safe to enter from two threads at once, hence the lock.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_duplex.audio.frames import Samples
from edge_duplex.errors import ModelError

VOICES = ("slt", "rms", "awb", "kal16")
"""slt and rms: US English, a woman and a man; awb: Scottish English; kal16: the small one. All 16 kHz."""

_SEED = 1

_lock = threading.Lock()
_initialised = False

_Pointer = ctypes.c_void_p
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "flite_init": (ctypes.c_int, ()),
    "flite_synth_text": (_Pointer, (ctypes.c_char_p, _Pointer)),
    "flite_feat_set_float": (None, (_Pointer, ctypes.c_char_p, ctypes.c_float)),
    "flite_ffeature_string": (ctypes.c_char_p, (_Pointer, ctypes.c_char_p)),
    "flite_ffeature_float": (ctypes.c_float, (_Pointer, ctypes.c_char_p)),
    "utt_relation": (_Pointer, (_Pointer, ctypes.c_char_p)),
    "relation_head": (_Pointer, (_Pointer,)),
    "item_next": (_Pointer, (_Pointer,)),
    "item_as": (_Pointer, (_Pointer, ctypes.c_char_p)),
    "item_parent": (_Pointer, (_Pointer,)),
    "delete_utterance": (None, (_Pointer,)),
}


class _Wave(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


class _Voice(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("features", _Pointer))


@dataclass(frozen=True, slots=True)
class SaidWord:
    """One item of flite's "Word" relation, as it is sounded: "10" gives "ten", "it's" gives "it" and "'s"."""

    text: str
    token: str
    """The written token the word comes from, without its punctuation."""
    token_id: int
    """Counts the tokens of the text from 0."""
    start: float
    """Seconds from the first sample."""
    end: float
    """Seconds; equal to `start` where nothing is sounded."""


@dataclass(frozen=True, slots=True)
class Utterance:
    samples: Samples
    sample_rate: int
    words: tuple[SaidWord, ...]


def _library(stem: str, voice: bool = False) -> ctypes.CDLL:
    # The names first: on Linux find_library starts a compiler, which takes longer than a sentence.
    suffix = ".dylib" if sys.platform == "darwin" else ".so.1"
    for name in (f"lib{stem}{suffix}", None):
        path = name or ctypes.util.find_library(stem)
        if path is None:
            continue
        try:
            return ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
        except OSError:
            continue
    what = f"the flite voice {stem!r} is not installed" if voice else "the speech library flite is missing"
    raise ModelError(f"{what} (no lib{stem}{suffix}): install it, on Debian with: apt install flite")


class FliteVoice:
    """One voice of flite, ready to speak.

    Raises `ModelError` where the library or the voice is missing.
    """

    def __init__(self, name: str) -> None:
        global _initialised
        if name not in VOICES:
            raise ModelError(f"there is no flite voice {name!r}: choose one of {', '.join(VOICES)}")
        with _lock:
            self._flite = _library("flite")
            self._c = ctypes.CDLL(None)
            for stem in ("flite_usenglish", "flite_cmulex"):
                _library(stem)
            for function, (result, arguments) in _SIGNATURES.items():
                entry = getattr(self._flite, function)
                entry.restype, entry.argtypes = result, arguments
            self._flite.utt_wave.restype = ctypes.POINTER(_Wave)
            self._flite.utt_wave.argtypes = (_Pointer,)
            if not _initialised:
                self._flite.flite_init()
                _initialised = True
            register = getattr(_library(f"flite_cmu_us_{name}", voice=True), f"register_cmu_us_{name}")
            register.restype, register.argtypes = ctypes.POINTER(_Voice), (ctypes.c_char_p,)
            self._voice = register(None)

    def synthesise(self, text: str, stretch: float = 1.0) -> Utterance:
        """The whole text as sound. ASCII only; `stretch` over 1 speaks slower."""
        with _lock:
            # The breath in a voice comes from the C library's rand(): the same text is to be the same sound.
            self._c.srand(_SEED)
            self._flite.flite_feat_set_float(self._voice.contents.features, b"duration_stretch", stretch)
            utterance = self._flite.flite_synth_text(text.encode("ascii"), self._voice)
            if not utterance:
                return Utterance(np.zeros(0, dtype=np.int16), 16000, ())
            try:
                return self._copy(utterance)
            finally:
                self._flite.delete_utterance(utterance)  # the wave belongs to it and goes with it

    def _copy(self, utterance: int) -> Utterance:
        wave = self._flite.utt_wave(utterance).contents
        if wave.num_samples <= 0:
            samples: Samples = np.zeros(0, dtype=np.int16)
        else:
            samples = np.ctypeslib.as_array(wave.samples, shape=(wave.num_samples,)).copy()
        return Utterance(samples, int(wave.sample_rate), tuple(self._words(utterance)))

    def _words(self, utterance: int) -> list[SaidWord]:
        flite, words, tokens = self._flite, [], dict[int, int]()
        relation = flite.utt_relation(utterance, b"Word")
        item = flite.relation_head(relation) if relation else None
        while item:
            parent = flite.item_parent(flite.item_as(item, b"Token")) or 0
            end = flite.flite_ffeature_float(item, b"R:SylStructure.daughtern.daughtern.R:Segment.end")
            start = flite.flite_ffeature_float(item, b"R:SylStructure.daughter1.daughter1.R:Segment.p.end")
            words.append(
                SaidWord(
                    text=self._string(item, b"name"),
                    token=self._string(item, b"R:Token.parent.name"),
                    token_id=tokens.setdefault(parent, len(tokens)),
                    start=start,
                    end=max(start, end),
                )
            )
            item = flite.item_next(item)
        return words

    def _string(self, item: int, feature: bytes) -> str:
        return str((self._flite.flite_ffeature_string(item, feature) or b"").decode("ascii", "replace"))
