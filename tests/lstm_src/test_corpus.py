import re

import numpy as np
import pytest

from lstm_src.corpus import Vocabulary, read_poems, streams


def test_a_text_comes_back_from_its_numbers():
    text = read_poems()
    vocabulary = Vocabulary.of(text)
    numbers = vocabulary.encode(text)
    assert numbers.max() == len(vocabulary) - 1
    assert vocabulary.decode(numbers) == text
    assert list(vocabulary.characters) == sorted(set(text))


def test_unknown_characters_are_named():
    with pytest.raises(ValueError, match="expected known characters, found 'xz'"):
        Vocabulary.of("abc").encode("zabx")


def test_an_empty_text_is_refused():
    with pytest.raises(ValueError, match="expected at least one character"):
        Vocabulary.of("")


def test_the_poems_are_seven_with_their_titles():
    poems = read_poems().rstrip().split("\n\n\n")
    titles = [poem.splitlines()[0] for poem in poems]
    assert titles == ["진달래꽃", "엄마야 누나야", "산유화", "먼 후일", "못 잊어", "초혼", "개여울"]
    assert all(re.fullmatch(r"[가-힣 \n“”.,!?]+", poem) for poem in poems)


@pytest.mark.parametrize("batch", [1, 2, 3, 9])
def test_streams_lie_side_by_side_and_their_targets_one_ahead(batch):
    inputs, targets = streams(np.arange(10), batch)
    assert inputs.shape == targets.shape == (batch, 9 // batch)
    np.testing.assert_array_equal(targets, inputs + 1)
    np.testing.assert_array_equal(inputs.ravel(), np.arange(inputs.size))


@pytest.mark.parametrize("batch", [0, -1, 10])
def test_a_text_that_is_too_short_is_refused(batch):
    with pytest.raises(ValueError, match=rf"1 to 9 pieces of 10 characters, found {batch}"):
        streams(np.arange(10), batch)
