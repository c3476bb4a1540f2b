"""The signals of an LSTM: one colour, one symbol and one name each, the same in every figure.

The colours start from the hues of Okabe and Ito (2008) and were moved until each has a contrast of
at least 3:1 to white (``#ffffff``) *and* to a dark ground (``#2a2a2a``), and any two stay apart
under simulated deuteranopia and protanopia (Machado, Oliveira and Fernandes 2009,
doi:10.1109/TVCG.2009.113). A colour means its signal and nothing else; what isn't a signal is drawn
in ink.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

LANGUAGES = ("ko", "en")


@dataclass(frozen=True)
class Signal:
    """What the figures know of one signal.

    Attributes
    ----------
    color : str
        Its colour as ``#rrggbb``.
    symbol : str
        Its mathematical symbol at step t, as mathtext.
    ko, en : str
        Its short name in Korean and in English.
    """

    color: str
    symbol: str
    ko: str
    en: str

    def name(self, language: str) -> str:
        """Return the short name in one of `LANGUAGES`.

        Raises
        ------
        ValueError
            If the language is unknown.
        """
        return {"ko": self.ko, "en": self.en}[known(language, LANGUAGES, "language")]


SIGNALS: Mapping[str, Signal] = MappingProxyType(
    {
        "forget": Signal("#c5522f", "$f_t$", "망각 게이트", "forget gate"),
        "input": Signal("#4a8560", "$i_t$", "입력 게이트", "input gate"),
        "candidate": Signal("#b88a00", r"$\tilde{C}_t$", "후보 기억", "candidate"),
        "output": Signal("#b84fa9", "$o_t$", "출력 게이트", "output gate"),
        "cell": Signal("#2694f0", "$C_t$", "셀 상태", "cell state"),
        "hidden": Signal("#8a52f6", "$h_t$", "은닉 상태", "hidden state"),
    }
)


def signal(name: str) -> Signal:
    """Return the signal of that name.

    Raises
    ------
    ValueError
        If there is no such signal.

    Examples
    --------
    >>> signal("forget").symbol
    '$f_t$'
    """
    return SIGNALS[known(name, SIGNALS, "signal")]


def known(name: str, names: Iterable[str], what: str) -> str:
    """Return `name` if it is one of `names`.

    Raises
    ------
    ValueError
        If it isn't. The message says what there is.

    Examples
    --------
    >>> known("fr", LANGUAGES, "language")
    Traceback (most recent call last):
    ...
    ValueError: unknown language 'fr': it can be ko, en
    """
    names = tuple(names)
    if name not in names:
        raise ValueError(f"unknown {what} {name!r}: it can be {', '.join(names)}")
    return name
