"""Completions and manual pages: made from the declarations, so that every option is in them."""

import re
import shutil
import subprocess

import pytest

from conftest import PROGRAM


def options_in(text):
    """Those that stand before their explanations."""
    firsts = re.findall(r"^  (-\S+)", text, re.MULTILINE)
    return {name for first in firsts for name in first.split(",")}


def said(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.fixture(scope="module")
def commands():
    """Each command's options, as its help tells them."""
    listed = said("--help").split("Subcommands:")[1]
    names = re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)
    assert {"run", "report", "completion"} <= set(names)
    return {name: options_in(said(name, "--help")) for name in names}


def part_of(script, shell, command):
    """What the script says of one command."""
    if shell == "fish":
        return "\n".join(line for line in script.splitlines() if f"_from {command}'" in line)
    return re.search(rf"^    {command}\)\n(.*?);;$\n(?=    \w+\)$|  esac$)", script, re.MULTILINE | re.DOTALL).group(1)


def options_of(part, shell):
    if shell == "fish":
        return {f"--{name}" for name in re.findall(r" -l ([a-z-]+)", part)} | {
            f"-{letter}" for letter in re.findall(r" -s (\w) ", part)
        }
    return set(re.findall(r"(?<![\w-])(--[a-z][a-z-]*|-[a-zA-Z])(?=[\s'\[,}|)])", part))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_option_of_every_command_is_offered(commands, shell):
    script = said("completion", shell)
    for command, options in commands.items():
        assert options <= options_of(part_of(script, shell, command), shell), command


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_of_its_shell(shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(said("completion", shell))
    done = subprocess.run([shell, "-n", tmp_path / "script"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def completed(*words):
    """What bash offers for the last word."""
    line = 'source <("$0" completion bash); COMP_WORDS=("$0" "$@"); COMP_CWORD=$#; _rpchspec; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", line, PROGRAM, *words], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_bash_offers_what_may_stand_there(tmp_path, monkeypatch):
    assert completed("ru") == ["run"]
    assert {"--proxy", "--progress"} <= set(completed("run", "--pro"))
    assert completed("facts", "--pro") == []
    assert completed("run", "--level", "") == ["must", "should", "may", "product"]
    assert "echo-body" in completed("proxy", "--defect", "echo")
    assert completed("diagnose", "--seed", "") == []
    assert "echo/in-echo" in completed("run", "echo/in")
    assert completed("completion", "z") == ["zsh"]
    assert completed("up", "--tls", "") == ["auto", "expired", "wrong-name", "untrusted"]
    assert completed("up", "--control-tls", "") == ["auto"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.pem").touch()
    assert completed("run", "--out", "fol") == ["folder"]
    assert set(completed("run", "--ca-file", "fol")) == {"folder", "folder.pem"}


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_offers_what_may_stand_there(tmp_path):
    (tmp_path / "script").write_text(said("completion", "fish"))
    for line, words in {"rpchspec ru": ["run"], "rpchspec run --level ": ["may", "must", "product", "should"]}.items():
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source {tmp_path}/script; complete -C '{line}'"],
            capture_output=True, text=True, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        assert sorted(row.split("\t")[0] for row in done.stdout.splitlines()) == words, done.stderr


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_takes_the_specifications(tmp_path):
    script = said("completion", "zsh")
    # The words of one specification: name, [help], :value:what is offered.
    assert "'--level[only what checks requirements of this level or a higher one]:L:(must should may product)'" in script
    assert "'(-j --jobs)'{-j,--jobs}'[" in script
    (tmp_path / "script").write_text(script)
    done = subprocess.run(
        ["zsh", "-f", "-c", f"autoload -U compinit; compinit -D -u; source {tmp_path}/script; echo $_comps[rpchspec]"],
        capture_output=True, text=True, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("_rpchspec\n", "")


def test_manual_pages_have_every_option(commands, tmp_path):
    said("man", "--out", str(tmp_path))
    pages = {page.stem: page.read_text() for page in tmp_path.glob("*.1")}
    assert set(pages) == {"rpchspec"} | {f"rpchspec-{command}" for command in commands}
    for command, options in commands.items():
        page = pages[f"rpchspec-{command}"].replace("\\-", "-")
        assert options <= set(re.findall(r"\\fB(-[\w-]+)\\fR", page)), command
        assert f"\\fB{command}\\fR" in pages["rpchspec"]
    assert pages["rpchspec-run"] == said("man", "run")
    assert pages["rpchspec"] == said("man")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_manual_pages_are_well_formed(tmp_path):
    said("man", "--out", str(tmp_path))
    for page in tmp_path.glob("*.1"):
        done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-z", page], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), page
