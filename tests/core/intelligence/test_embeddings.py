import random

import numpy as np
import pytest

from lms.intelligence.embeddings import DIMENSIONS, embed, read

TEXTS = ["Water flows downhill.", "Rivers run down from the mountains.", "The bulb is not lit.", "", "漢字 and Ü"]


def test_vectors_have_unit_length():
    vectors = embed(TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_have_no_vectors():
    assert embed([]).shape == (0, DIMENSIONS)


def test_a_texts_vector_does_not_hang_on_its_neighbours():
    shuffled = random.Random(7).sample(TEXTS, len(TEXTS))
    alone = {text: embed([text])[0] for text in TEXTS}
    read.cache_clear()
    for text, vector in zip(shuffled, embed(shuffled), strict=True):
        assert (vector == alone[text]).all()


def test_what_means_the_same_is_near():
    near, far = embed(TEXTS[1:3]) @ embed(TEXTS[:1])[0]
    assert near > 0.5 > 0.2 > far


def test_word_pieces_are_those_that_the_model_was_trained_with():
    reading = read("Unaffable Électrons repel.")
    assert reading.pieces == ("una", "##ffa", "##ble", "electrons", "rep", "##el", ".")
    assert reading.contextual.shape == (7, DIMENSIONS)


def test_what_is_longer_than_the_model_reads_is_cut():
    assert len(read("circuit " * 400).pieces) == 254
