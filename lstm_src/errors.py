"""What the package raises besides `ValueError` and `TypeError` themselves."""


class UnsupportedError(ValueError):
    """A network has something that this package doesn't compute; the message names it."""
