"""Texts as numbers: which characters there are, and streams of them to learn from."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.intp]


@dataclass(frozen=True)
class Vocabulary:
    """The characters that a model knows, each with a number: its place.

    Examples
    --------
    >>> vocabulary = Vocabulary.of("산에 산에")
    >>> vocabulary.characters, vocabulary.encode("산에").tolist()
    (' 산에', [1, 2])
    """

    characters: str

    @classmethod
    def of(cls, text: str) -> Self:
        """Collect the characters of a text, in the order of their code points."""
        if not text:
            raise ValueError("text: expected at least one character, found none")
        return cls("".join(sorted(set(text))))

    def __len__(self) -> int:
        """Count the characters."""
        return len(self.characters)

    def encode(self, text: str) -> Numbers:
        """Turn a text into numbers (characters,).

        Raises
        ------
        ValueError
            If a character isn't known.
        """
        places = {character: place for place, character in enumerate(self.characters)}
        unknown = sorted(set(text) - places.keys())
        if unknown:
            raise ValueError(f"text: expected known characters, found {''.join(unknown)!r}")
        return np.array([places[character] for character in text], np.intp)

    def decode(self, numbers: Numbers) -> str:
        """Turn numbers into a text."""
        return "".join(self.characters[number] for number in numbers)


def read_poems() -> str:
    """Read seven poems of Kim Sowol (김소월, 1902 to 1934), which are in the public domain.

    Titles and poems are parted by one empty line, stanzas too, poems from each other by two.

    Examples
    --------
    >>> read_poems().splitlines()[0]
    '진달래꽃'
    """
    return (files("lstm_src") / "data" / "kim_sowol.txt").read_text(encoding="utf-8")


def streams(numbers: Numbers, batch: int) -> tuple[Numbers, Numbers]:
    """Cut a text into pieces of the same length, to be read side by side.

    Parameters
    ----------
    numbers : ndarray, shape (characters,)
    batch : int
        How many pieces; what remains at the end is left out.

    Returns
    -------
    inputs, targets : ndarray, shape (batch, time)
        The target of a character is the one after it.

    Raises
    ------
    ValueError
        If the text is too short for so many pieces.

    Examples
    --------
    >>> inputs, targets = streams(np.arange(7), 2)
    >>> inputs.tolist(), targets.tolist()
    ([[0, 1, 2], [3, 4, 5]], [[1, 2, 3], [4, 5, 6]])
    """
    time = (len(numbers) - 1) // batch if batch > 0 else 0
    if time < 1:
        raise ValueError(
            f"batch: expected 1 to {max(len(numbers) - 1, 0)} pieces of {len(numbers)} characters, "
            f"found {batch}"
        )
    end = batch * time
    return numbers[:end].reshape(batch, time), numbers[1 : end + 1].reshape(batch, time)
