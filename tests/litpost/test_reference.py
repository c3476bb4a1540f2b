"""What is told of commands and options, in help, in the reference and to shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from litpost.cli import main
from litpost.commands import COMMANDS
from litpost.reference import filled
from tests.litpost.blog import Blog

REFERENCE = Path(__file__).parents[2] / "docs" / "reference.md"


def test_the_reference_is_current() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert filled(text) == text, "`make reference` writes it"
    for name in COMMANDS:
        assert f"### litpost {name}\n" in text


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=str)
def test_help_fits_a_screen_and_has_examples(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) < 30
    assert "examples:" in shown
    assert all(len(line) <= 80 for line in shown)


def completed(blog: Blog, line: str) -> set[str]:
    """Ask as a shell does what could come next."""
    script = Path(sys.prefix) / "bin" / "litpost"
    environment = {
        **os.environ, "_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "COMP_LINE": line,
        "COMP_POINT": str(len(line)), "_ARGCOMPLETE_STDOUT_FILENAME": str(blog.root / "answer"),
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
    }  # fmt: skip
    subprocess.run([script], cwd=blog.root, env=environment, check=True, capture_output=True)
    return set(filter(None, (blog.root / "answer").read_text(encoding="utf-8").split("\n")))


def test_shells_complete_commands_options_and_sources(blog: Blog) -> None:
    blog.source("Text.\n")
    assert {"build", "new", "init"} <= completed(blog, "litpost ")
    assert completed(blog, "litpost build --ch") == {"--check"}
    assert completed(blog, "litpost build 2024") == {"2024-01-02-try.md"}
    assert completed(blog, "litpost explain _lit") == {"_literate/2024-01-02-try.md"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_takes_its_completion(blog: Blog, shell: str) -> None:
    done = blog.litpost("completion", shell)
    assert done.returncode == 0
    assert "litpost" in done.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=done.stdout, text=True, check=True)


def test_a_build_does_not_import_completion_or_other_commands(blog: Blog) -> None:
    blog.source("Text.\n")
    code = (
        "import sys; from litpost.cli import main; main(['build']);"
        "print(sorted(m for m in sys.modules if m == 'argcomplete' or "
        "m.startswith('litpost.commands.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=blog.root, capture_output=True, text=True
    )
    assert done.stdout.endswith("['litpost.commands.build', 'litpost.commands.common']\n")
