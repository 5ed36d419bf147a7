"""docs/remote.md: every command in it, as written and in its order, in a network of its own."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

import pytest

from conftest import PATIENCE, PROGRAM
from test_namespace import ip, may_make_namespaces

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))
from certificates import Authority  # noqa: E402

pytestmark = pytest.mark.skipif(not may_make_namespaces(), reason="needs root, to make network namespaces")

FENCE = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def inside():
    """The words that put a command into a namespace with loopback and the page's address."""
    name = f"rpchspec-manual-{os.getpid()}"
    try:
        assert ip("netns", "add", name).returncode == 0
        assert ip("-n", name, "link", "set", "lo", "up").returncode == 0
        assert ip("-n", name, "address", "add", "10.0.0.5/32", "dev", "lo").returncode == 0
        yield ["ip", "netns", "exec", name]
    finally:
        ip("netns", "del", name)


class Shell:
    """Runs the page's lines; what serves goes on until the next one that serves."""

    def __init__(self, inside, folder):
        self.inside, self.folder, self.serving = inside, folder, []

    def start(self, *words):
        process = subprocess.Popen(self.inside + [PROGRAM, *words], cwd=self.folder, stdout=subprocess.PIPE, text=True)
        self.serving.append(process)
        line = process.stdout.readline()
        assert line.startswith("ready "), words
        return json.loads(line.removeprefix("ready "))

    def stop(self):
        codes = []
        for process in self.serving:
            process.terminate()
            codes.append(process.wait(timeout=PATIENCE))
            process.stdout.close()
        self.serving.clear()
        return codes

    def do(self, line):
        words = shlex.split(line)[1:]
        if words[0] == "serve":
            assert set(self.stop()) <= {0}
            if "--targets" in words:
                self.lab()
            self.start(*words)
            return
        done = subprocess.run(self.inside + [PROGRAM, *words], cwd=self.folder, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"

    def python(self, script):
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings/python")}
        command = self.inside + [sys.executable, "-c", script]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr

    def lab(self):
        """A proxy, and the agent's file that tells where it is."""
        ready = self.start("proxy", "--listen", "http://127.0.0.1:0", "--allow-anonymous")
        targets = self.folder / "lab-targets"
        targets.mkdir(exist_ok=True)
        (targets / "lab.yaml").write_text(f"targets:\n  edge:\n    proxy: {ready['proxy']['urls'][0]}\n")


def test_the_page(inside, tmp_path):
    authority = Authority(tmp_path)
    for name, file in (("10.0.0.5", "agent"), ("me", "me")):
        cert, key = authority.sign(name).split(",")
        os.rename(cert, tmp_path / f"{file}.pem")
        os.rename(key, tmp_path / f"{file}.key")
    (tmp_path / "token").write_text("0123456789abcdef-of-a-test\n")
    fences = FENCE.findall((ROOT / "docs/remote.md").read_text())
    lines = [line for language, text in fences if language == "sh" for line in text.splitlines()]
    scripts = [text for language, text in fences if language == "python"]
    assert len(lines) >= 12 and len(scripts) == 1
    shell = Shell(inside, tmp_path)
    try:
        for line in lines:
            shell.do(line)
        shell.do(lines[0])
        shell.python(scripts[0])
    finally:
        codes = shell.stop()
    assert set(codes) == {0}
    for folder in ("rpchspec-out", "edge-out", "nightly-out", "lab-out"):
        assert (tmp_path / folder / "junit.xml").exists()
