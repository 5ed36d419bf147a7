"""The manual: every command in it is one that the program has, and every YAML file in it is right."""

import pathlib
import re
import shlex

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"--[a-z][a-z-]*|-[a-zA-Z]\b")
WITHOUT_EFFECT = {"list", "facts", "defects", "variants", "explain"}


def fences(language):
    return [
        pytest.param(page, text, id=f"{page.name}:{page.read_text()[: match.start()].count(chr(10)) + 2}")
        for page in PAGES
        for match in FENCE.finditer(page.read_text())
        for text in [match.group(2)]
        if match.group(1) == language
    ]


def commands():
    found = []
    for parameter in fences("sh"):
        page, text = parameter.values
        for line in text.splitlines():
            if line.startswith("rpchspec "):
                found.append(pytest.param(line, id=f"{page.name}: {line}"))
    return found


def help_of(rpchspec, command):
    shown = rpchspec(command, "--help")
    assert shown.code == 0, f"rpchspec {command} --help: {shown.err}"
    return set(OPTION.findall(shown.out))


def case_ids(rpchspec):
    listed = rpchspec("list")
    assert listed.code == 0, listed.err
    return listed.out


def test_the_manual_has_commands_and_files():
    assert len(commands()) >= 10
    assert len(fences("yaml")) >= 3


@pytest.mark.parametrize("line", commands())
def test_every_option_of_a_command_is_one_it_has(rpchspec, line):
    words = shlex.split(line)[1:]
    known = help_of(rpchspec, words[0])
    used = [word.split("=")[0] for word in words[1:] if word.startswith("-")]
    assert [option for option in used if option not in known] == []


@pytest.mark.parametrize("line", [c for c in commands() if shlex.split(c.values[0])[1] in WITHOUT_EFFECT])
def test_a_command_without_effects_ends_well(rpchspec, line):
    done = rpchspec(*shlex.split(line)[1:])
    assert done.code == 0, done.err
    assert done.out.strip()


@pytest.mark.parametrize("line", [c for c in commands() if shlex.split(c.values[0])[1] in {"run", "show"}])
def test_a_selector_of_a_run_selects_something(rpchspec, line):
    words = shlex.split(line)[2:]
    # The value of an option is no selector: what stands behind one is passed over.
    selectors = [w for at, w in enumerate(words) if "/" in w and not w.startswith("-") and (at == 0 or not words[at - 1].startswith("--"))]
    for selector in selectors:
        if not selector.endswith(".yaml") and "://" not in selector:
            assert rpchspec("list", selector).code == 0, f"{selector} selects nothing"


def test_the_failure_in_the_readme_is_what_its_command_prints(rpchspec):
    """But for its times: those are near, for a machine that does much else takes longer."""
    command, shown = re.search(
        r"^(rpchspec run --defect .*)\n```\n\n```\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    ).groups()
    printed = rpchspec(*shlex.split(command)[1:], "--progress", "plain").out
    seconds = re.compile(r"\b\d+\.\d{3}(?= s\b)")
    begin = printed.index(shown.partition("\n")[0])
    printed = "".join(printed[begin:].splitlines(keepends=True)[: shown.count("\n")])
    assert seconds.sub("#", printed) == seconds.sub("#", shown)
    apart = [abs(float(one) - float(other)) for one, other in zip(seconds.findall(printed), seconds.findall(shown))]
    assert max(apart) < 10, printed


@pytest.mark.parametrize("page, text", fences("yaml"))
def test_every_yaml_file_is_right(rpchspec, tmp_path, page, text):
    shipped = re.match(r"# (scenarios/\S+\.yaml)\n", text)
    if shipped:
        # Words of the suite: told as they stand there.
        assert text.split("\n", 1)[1] == (ROOT / shipped.group(1)).read_text()
        assert rpchspec("lint", ROOT / shipped.group(1)).code == 0
    elif text.startswith("# rpchspec.yaml\n"):
        (tmp_path / "rpchspec.yaml").write_text(text)
        (tmp_path / "ca.pem").write_text("")
        # The file is read, and refused where it is wrong, before the target that is not there is looked for.
        done = rpchspec("run", "--target", "no-such-target")
        assert done.code == 2
        assert "no-such-target" in done.err
        for name in yaml.safe_load(text)["targets"]:
            assert name in done.err
    elif text.startswith("id:"):
        file = tmp_path / "scenario.yaml"
        file.write_text(text)
        linted = rpchspec("lint", file)
        assert linted.code == 0, linted.out + linted.err
    elif text.startswith("# script.yaml\n"):
        (tmp_path / "script.yaml").write_text(text)
        mapped = "--map", "localhost:3388=script", "--script", "script.yaml"
        done = rpchspec("up", *mapped, "--exit-after", "1ms")
        assert done.code == 0, done.err
    elif written := re.match(r"# (backend|proxy)\.yaml\n", text):
        file = tmp_path / "service.yaml"
        file.write_text(text)
        done = rpchspec(written.group(1), "--config", file, "--exit-after", "1ms")
        assert done.code == 0, done.err
        assert done.out.startswith("ready "), done.out
    else:
        assert text.startswith("# yaml-language-server"), "a YAML fence that no check knows"


def test_every_link_within_the_manual_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_step_and_predicate_is_in_the_manual():
    proto = (ROOT / "model/scenario.proto").read_text()
    manual = (ROOT / "docs/scenarios.md").read_text()
    for message, oneof in (("Step", "action"), ("Expectation", "predicate")):
        body = re.search(rf"message {message} {{.*?oneof {oneof} {{(.*?)\n  }}", proto, re.DOTALL).group(1)
        for field in re.findall(r"^\s*\w+ (\w+) = \d+;", body, re.MULTILINE):
            key = field.replace("_", ".", 1) if message == "Step" and "_" in field else field.replace("_", "-")
            assert key in manual, f"docs/scenarios.md does not tell of {key}"


def test_every_choice_and_every_ambiguity_is_in_the_manual():
    page = (ROOT / "docs/choices.md").read_text()
    subjects = re.findall(r'ChoiceSubject\{"([a-z0-9-]+)"', (ROOT / "reports/choices.cpp").read_text())
    assert len(subjects) > 25
    assert [subject for subject in subjects if f"`{subject}`" not in page] == []
    assert re.findall(r"^\| (AMB-\d+) \|", page, re.MULTILINE) == [f"AMB-{i:02}" for i in range(1, 31)]
