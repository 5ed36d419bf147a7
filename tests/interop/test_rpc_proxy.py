"""`rpchspec proxy` as a proxy like any other: started by the run, found at its URL."""

import concurrent.futures
import json
import subprocess

import pytest

import conftest
import fronts


@pytest.fixture
def place(tmp_path):
    """URLs for a proxy on this machine, and the command that starts it there."""
    address = fronts.own_address(3)
    cert, key, _ = fronts.certificate(tmp_path, f"IP:{address}")
    urls = [f"{scheme}://{address}:{fronts.free_port(address)}" for scheme in ("http", "https")]
    listen = " ".join(f"--listen {url}" for url in urls)
    return urls, cert, f"{listen} --tls {cert},{key} --allow-anonymous"


def targeting(urls, cert):
    return [option for url in urls for option in ("--proxy", url)] + ["--ca-file", cert]


def test_a_started_proxy_passes_like_the_embedded_one(place, run, program):
    urls, cert, options = place
    facts = ["--set", "allow_anonymous=true", "--set", "connection_timeout=120s", "--set", "v1=true"]
    done = run(*targeting(urls, cert), "--start", f"{program} proxy {options}", *facts, "--quick")
    assert done.code == 0, done.text
    assert done.ids("fail", "blocked", "error", "not-run") == set()
    assert len(done.ids("pass")) > 100
    for name in done.ids("skip"):
        assert done.case(name)["message"], name


def variants(program):
    listed = subprocess.run([program, "variants", "--json"], check=True, capture_output=True, text=True)
    return [each["name"] for each in json.loads(listed.stdout)["variants"]]


def run_variant(folder, program, number, name):
    """The quick suite against a process of its own: its timing differs from the embedded proxy's."""
    address = fronts.own_address(20 + number)
    url = f"http://{address}:{fronts.free_port(address)}"
    folder = folder / name
    folder.mkdir()
    own = ["--server-name", address, "--backend-bind", address]
    facts = ["--set", "allow_anonymous=true", "--set", "connection_timeout=120s"]
    start = f"{program} proxy --listen {url} --allow-anonymous --variant {name}"
    return conftest.run_in(folder, "--proxy", url, "--start", start, *own, *facts, "--quick")


def test_every_lawful_variant_passes_behind_a_url(tmp_path, program):
    names = variants(program)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        runs = {
            pool.submit(run_variant, tmp_path, program, number, name): name
            for number, name in enumerate(names)
        }
        for run in concurrent.futures.as_completed(runs):
            done = run.result()
            assert done.code == 0, f"{runs[run]}: {done.text}"
            assert len(done.ids("pass", "warn")) > 300, runs[run]


def test_a_defect_is_found_there_too(place, run, program):
    urls, cert, options = place
    start = f"{program} proxy {options} --defect server-port-fixed"
    done = run(*targeting(urls, cert), "--start", start, "connection/port-*", "--quick")
    assert done.code == 1, done.text
    assert "connection/port-6002-reaches-referral" in done.ids("fail"), done.text


def test_a_proxy_that_does_not_start_is_told(place, run):
    urls, cert, _ = place
    done = run(*targeting(urls, cert), "--start", "echo no licence; exit 7", "--quick")
    assert done.code == 3
    assert "7" in done.text and "proxy" in done.text
