"""A run on an agent in another network namespace, over mutual TLS, is as one here."""

import json
import pathlib
import re
import subprocess
import sys

import pytest

from conftest import PATIENCE
from test_namespace import THEIRS, may_make_namespaces, network  # noqa: F401

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from certificates import Authority  # noqa: E402

pytestmark = pytest.mark.skipif(not may_make_namespaces(), reason="needs root, to make network namespaces")

SELECTION = ["echo/", "connection/", "http/", "--quick", "--seed", "11", "--defect", "failure-502"]


def signed(authority, folder, name):
    """CERT, KEY in files of their own."""
    cert, key = authority.sign(name).split(",")
    return [str(pathlib.Path(file).rename(folder / f"{name}{pathlib.Path(file).suffix}")) for file in (cert, key)]


@pytest.fixture
def agent(network, program, tmp_path):  # noqa: F811
    """-> (its address, the options of a caller)"""
    authority = Authority(tmp_path)
    cert, key = signed(authority, tmp_path, THEIRS)
    mine = signed(authority, tmp_path, "caller")
    command = [program, "serve", "--listen", f"{THEIRS}:0", "--fixture-address", THEIRS]
    command += ["--tls-cert", cert, "--tls-key", key, "--client-ca", authority.ca_file]
    process = subprocess.Popen(network.there() + command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    ready = json.loads(process.stdout.readline().removeprefix("ready "))
    yield ready["agent"], ["--tls-ca", authority.ca_file, "--tls-cert", mine[0], "--tls-key", mine[1]]
    process.terminate()
    assert process.wait(timeout=PATIENCE) == 0


def outcome(folder):
    run = json.loads((folder / "results.json").read_text())
    untimed = lambda text: re.sub(r"[0-9.]+ s", "TIME", text)  # noqa: E731
    cases = [(case["id"], case["verdict"], untimed(case["message"]), case["requirements"]) for case in run["cases"]]
    return run["complete"], run["summary"], sorted(cases), [each["id"] for each in run["findings"]]


def test_a_run_over_mutual_tls_is_as_one_here(network, agent, program, tmp_path):  # noqa: F811
    address, tls = agent
    remote = [program, "remote", "--agent", address, *tls, "run", *SELECTION, "--out", "there"]
    there = subprocess.run(network.here() + remote, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE * 4)
    here = subprocess.run([program, "run", *SELECTION, "--out", "here"],
                          cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE * 4)  # fmt: skip
    assert (there.returncode, here.returncode) == (1, 1), there.stderr + here.stderr
    assert outcome(tmp_path / "there") == outcome(tmp_path / "here")


def test_without_a_certificate_nobody_comes_in(network, agent, program, tmp_path):  # noqa: F811
    address, tls = agent
    for known in ([], tls[:2]):
        command = [program, "remote", "--agent", address, *known, "run", "echo/", "--reconnect", "1s"]
        done = subprocess.run(network.here() + command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE * 4)
        assert done.returncode == 3 and done.stderr.strip(), done.stdout
