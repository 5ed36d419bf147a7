"""A check of tools/, run on a small tree of its own."""

import pathlib
import subprocess

import pytest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def tree(tmp_path):
    """Writes files under an empty root; check(tool) gives the tool's exit code and output."""

    class Tree:
        root = tmp_path

        def write(self, name, text):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            return self

        def check(self, tool):
            done = subprocess.run(
                [TOOLS / tool, tmp_path], capture_output=True, text=True, timeout=60
            )
            assert done.stderr == ""
            return done.returncode, done.stdout

    return Tree()
