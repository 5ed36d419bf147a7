"""README and manual: every command in them, as written and in its order, where what it speaks of is there."""

import json
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from manual_lines import BROKEN, LINES, SOUND
from manual_stage import PATIENT, ROOT, Stage, addresses, end
from test_namespace import may_make_namespaces

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STAYS = {"up", "backend", "proxy", "serve"}
LAWFUL = {"pass", "warn", "skip"}
PROJECT = "cmake_minimum_required(VERSION 3.13)\nproject(mine NONE)\nenable_testing()\n"
NUMBER = re.compile(r"\d+")

needs_namespaces = pytest.mark.skipif(not may_make_namespaces(), reason="needs root, to make network namespaces")


def commands(page):
    """Each command of the page, with the text of the fence behind its own."""
    fences = FENCE.findall(page.read_text()) + [("", "")]
    for (language, text), (_, behind) in zip(fences, fences[1:]):
        if language == "sh":
            for line in text.replace("\\\n", "\0").splitlines():
                yield line.replace("\0", "\\\n"), behind


# Those that have the most commands first, for they take the longest.
WITH_COMMANDS = sorted((page for page in PAGES if any(commands(page))), key=lambda page: -len(list(commands(page))))


class Shell:
    """Runs the page's commands; what stays goes on until the next one that does."""

    def __init__(self, stage):
        self.stage, self.serving, self.log = stage, None, None

    def do(self, line, behind):
        promised = LINES[line]
        if promised.reason or (promised.fronts and absent(promised.needs)):
            return
        (self.stage.folder / "rpchspec.yaml").write_text(yaml.safe_dump({"defaults": promised.defaults}))
        with self.stage.with_peers(promised.needs):
            if promised.before:
                self.finish(promised.before)
            words = line.split()
            if words[0] == "rpchspec" and words[1] in STAYS:
                said = self.stay(line)
            elif promised.until:
                said = self.interrupt(line, promised)
            else:
                code, said = self.finish(line)
                assert code in promised.codes, f"{line}: {code}\n{said}"
        for pattern in promised.says:
            assert re.search(pattern, said), f"{line}: no {pattern} in\n{said}"
        for name in promised.leaves:
            assert (self.stage.folder / name).stat().st_size > 0, f"{line}: {name}"
        if promised.shown:
            assert_shown(said, behind)
        if words[:2] == ["rpchspec", "run"] and "all pass" not in said:
            self.judged(line, said, promised.codes)

    def begin(self, line, **more):
        return self.stage.start(["bash", "-c", line], stdout=subprocess.PIPE, **more)

    def finish(self, line):
        with open(self.stage.folder / "stderr", "w+b") as err:
            process = self.begin(line, stderr=err)
            try:
                out, _ = process.communicate(timeout=PATIENT)
            except subprocess.TimeoutExpired:
                process.kill()
                pytest.fail(f"{line}: {process.communicate()[0]}")
        return process.returncode, out + (self.stage.folder / "stderr").read_text()

    def stay(self, line):
        self.stop()
        self.log = open(self.stage.folder / "stays.log", "w")
        self.serving = self.begin(line, stderr=self.log)
        ready = self.serving.stdout.readline()
        assert ready.startswith("ready "), f"{line}: {ready}{(self.stage.folder / 'stays.log').read_text()}"
        where = addresses(ready)
        if "control" in where:
            self.stage.environment |= {"control": where["control"], "proxy": where["proxy"]["urls"][0]}
        return ready

    def interrupt(self, line, promised):
        process = self.begin(line, stderr=subprocess.STDOUT)
        seen = ""
        while not re.search(promised.until, seen):
            said = process.stdout.readline()
            assert said, f"{line}: {seen}"
            seen += said
        code, rest = end(process)
        assert code in promised.codes, f"{line}: {code}\n{seen}{rest}"
        return seen + rest

    def stop(self):
        if self.serving is not None:
            code, said = end(self.serving)
            self.serving = None
            self.log.close()
            assert code == 0, said + (self.stage.folder / "stays.log").read_text()

    def judged(self, line, said, codes):
        """A sound proxy passes, a broken one fails, and a front is judged, whichever way."""
        named = re.search(r"--out (\S+)", line)
        out = self.stage.folder / (named.group(1) if named else "rpchspec-out")
        assert all((out / name).stat().st_size > 0 for name in ("junit.xml", "summary.md", "report.html"))
        cases = json.loads((out / "results.json").read_text())["cases"]
        verdicts = {case["verdict"] for case in cases}
        if codes == BROKEN:
            assert "fail" in verdicts, said
            return
        assert verdicts and verdicts <= (LAWFUL if codes == SOUND else LAWFUL | {"fail"}), said
        assert verdicts != {"skip"} or "is not installed" in said, said


def absent(needs):
    return any(name.startswith("front") for name in needs) and shutil.which("haproxy", path=Stage.PATH) is None


def assert_shown(said, behind):
    """But for numbers, which tell of a moment and of a machine; of events, the first."""
    said, shown = (json.loads(NUMBER.sub("0", text.strip().removeprefix("ready "))) for text in (said, behind))
    if "events" in shown:
        shown = shown["events"]
        said = said["events"][: len(shown)]
    assert said == shown


def by_ctest(shell, text):
    """The page's tests as a project of somebody else's, whose client asks what the ready file leads to."""
    (shell.stage.folder / "CMakeLists.txt").write_text(f"{PROJECT}{text}")
    client = shell.stage.folder / "bin/my_client_test"
    shell.stage.script(client, 'exec curl -sf "$(grep -o "http://[^\\"]*" "$1" | tail -1)/v1/version"')
    code, said = shell.finish("cmake -S . -B project && ctest --test-dir project --output-on-failure")
    assert code == 0 and "100% tests passed, 0 tests failed out of 3" in said, said


@pytest.fixture
def stage(tmp_path):
    made = Stage(tmp_path)
    try:
        made.make()
        yield made
    finally:
        made.remove()


@needs_namespaces
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
def test_a_page(page, stage):
    fences = FENCE.findall(page.read_text())
    scripts = [text for language, text in fences if language == "yaml" and text.startswith("# script.yaml\n")]
    (stage.folder / "script.yaml").write_text("".join(scripts))
    shell = Shell(stage)
    try:
        for line, behind in commands(page):
            shell.do(line, behind)
        for language, text in fences:
            if language == "cmake":
                by_ctest(shell, text)
            elif language == "python" and page.name == "remote.md":
                shell.do(*next(commands(page)))
                (stage.folder / "example.py").write_text(text)
                code, said = shell.finish(f"{sys.executable} example.py")
                assert code == 0, said
    finally:
        shell.stop()


def test_every_command_is_one_that_is_run_or_has_its_reason():
    shown = {line for page in PAGES for line, _ in commands(page)}
    assert sorted(shown - set(LINES)) == [], "no test runs them"
    assert sorted(set(LINES) - shown) == [], "no page shows them"
