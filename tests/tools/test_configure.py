"""The build's configuration: what is built stays built."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def rules(folder):
    """What the compilers are told."""
    subprocess.run(
        ["cmake", "--preset", "release", "-B", folder, "--log-level=WARNING"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    lines = (folder / "build.ninja").read_text().splitlines()
    return [line for line in lines if line.startswith(("  FLAGS", "  INCLUDES", "  DEFINES", "  COMMAND"))]


def test_configuring_again_changes_no_command(tmp_path):
    once = rules(tmp_path / "build")
    again = rules(tmp_path / "build")
    assert [line for line in again if line not in set(once)] == []
