"""``python -m litpost``."""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # where it was called: a blog's modules are its cells', and no part of litpost

from litpost.cli import run

if __name__ == "__main__":
    run()
