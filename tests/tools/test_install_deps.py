"""tools/install-deps against a machine made of four small programs on PATH."""

import os
import pathlib
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools/install-deps"
PROGRAMS = ["bash", "env", "grep", "cat"]
DEBIAN_12 = 'PRETTY_NAME="Debian 12"\nID=debian\nVERSION_ID="12"\n'
LOG = 'echo "$0 $*" | sed "s,.*/bin/,," >> "$MACHINE/log"\n'
APT = LOG + """
for word in "$@"; do
  [ "$word" = update ] && touch "$MACHINE/lists" && exit 0
done
[ -e "$MACHINE/lists" ] || exit 100
[ "$DEBIAN_FRONTEND" = noninteractive ] || exit 101
"""


class Machine:
    def __init__(self, root):
        self.root = root
        (root / "bin").mkdir()
        for name in [*PROGRAMS, "sed", "touch"]:
            (root / "bin" / name).symlink_to(f"/usr/bin/{name}")
        self.installed = []
        self.program("id", "echo 0")
        self.program("apt-get", APT)
        self.release(DEBIAN_12)

    def program(self, name, text):
        path = self.root / "bin" / name
        path.write_text("#!/bin/bash\n" + text + "\n")
        path.chmod(0o755)

    def release(self, text):
        (self.root / "os-release").write_text(text)

    def run(self, *arguments):
        known = "\n".join(f"installed {name}" for name in self.installed)
        self.program("dpkg-query", f"{LOG}cat <<'END'\n{known}\nEND\nexit 1")
        variables = {
            "PATH": str(self.root / "bin"),
            "MACHINE": str(self.root),
            "RPCHSPEC_OS_RELEASE": str(self.root / "os-release"),
        }
        return subprocess.run(
            ["/bin/bash", SCRIPT, *arguments],
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
        )

    def calls(self, name):
        log = self.root / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.removeprefix(name + " ") for line in lines if line.startswith(name + " ")]

    def missing(self, group):
        return self.run(group, "--list").stdout.split()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_lists_what_is_missing_and_installs_nothing(machine):
    machine.installed = ["g++", "cmake"]
    missing = machine.missing("build")
    assert "ninja-build" in missing
    assert "g++" not in missing and "cmake" not in missing
    assert machine.calls("apt-get") == []


def test_a_group_holds_no_more_than_it_needs(machine):
    build, test, lint = (set(machine.missing(g)) for g in ("build", "test", "lint"))
    assert build < test and build < lint
    assert "tshark" in test - build and "clang-tidy-14" in lint - build
    assert set(machine.missing("all")) == test | lint
    package = set(machine.missing("package"))
    assert build < package and "lintian" in package - build


def test_calls_no_apt_where_nothing_is_missing(machine):
    machine.installed = machine.missing("all")
    done = machine.run("all")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.calls("apt-get") == []


def test_takes_an_npm_from_elsewhere_for_installed(machine):
    assert "npm" in machine.missing("test")
    machine.program("npm", "")
    missing = machine.missing("test")
    assert "npm" not in missing and "nodejs" in missing


def test_needs_no_debian_where_nothing_is_missing(machine):
    machine.installed = machine.missing("build")
    machine.release("ID=ubuntu\n")
    assert machine.run("build").returncode == 0


def test_installs_only_what_is_missing(machine):
    machine.installed = [name for name in machine.missing("build") if name != "ccache"]
    (machine.root / "lists").touch()
    assert machine.run("build").returncode == 0
    assert machine.calls("apt-get")[-1] == "-q install -y --no-install-recommends ccache"


def test_updates_the_lists_only_where_they_do_not_do(machine):
    (machine.root / "lists").touch()
    assert machine.run("build").returncode == 0
    assert "-q update" not in machine.calls("apt-get")
    (machine.root / "lists").unlink()
    assert machine.run("build").returncode == 0
    assert machine.calls("apt-get").count("-q update") == 1


def test_a_package_known_but_not_installed_is_missing(machine):
    machine.installed = [name for name in machine.missing("build") if name != "ccache"]
    machine.installed.append("ccache-doc")
    assert machine.missing("build") == ["ccache"]


def test_goes_through_sudo_where_it_is_not_root(machine):
    (machine.root / "lists").touch()
    machine.program("id", "echo 1000")
    machine.program("sudo", LOG + 'exec "$@"')
    assert machine.run("build").returncode == 0
    assert all("env DEBIAN_FRONTEND=noninteractive apt-get" in c for c in machine.calls("sudo"))
    assert machine.calls("sudo")


def test_says_what_to_run_where_there_is_neither_root_nor_sudo(machine):
    machine.program("id", "echo 1000")
    done = machine.run("build")
    assert done.returncode == 1
    assert "neither root nor sudo" in done.stderr and "ninja-build" in done.stderr


def test_names_the_packages_on_another_system(machine):
    machine.release('PRETTY_NAME="Fedora 40"\nID=fedora\nVERSION_ID=40\n')
    done = machine.run("build")
    assert done.returncode == 1
    assert "Debian 12 only; this is Fedora 40" in done.stderr and "ninja-build" in done.stderr


def test_works_where_there_is_no_dpkg_at_all(machine):
    machine.release("ID=alpine\n")
    machine.program("dpkg-query", "exit 127")
    assert machine.run("build").returncode == 1


def test_fails_where_apt_fails(machine):
    machine.program("apt-get", "exit 100")
    done = machine.run("build")
    assert done.returncode == 1
    assert "apt-get update failed" in done.stderr


def test_an_unknown_argument_is_told_with_the_usage(machine):
    done = machine.run("everything")
    assert done.returncode == 1
    assert "usage:" in done.stderr and "unknown argument: everything" in done.stderr
