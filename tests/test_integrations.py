"""What other tools run is what stands in their files: each is parsed, and its commands are run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from streamlift_codemods.cli import main

try:
    import yaml
except ImportError:  # https://pypi.org/project/pyyaml-ft/: what LibCST brings along on Python 3.13
    import yaml_ft as yaml

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
APP = "import json\n\n\ndef stream(x):\n    yield f'data: {json.dumps(x)}\\n\\n'\n"
FENCE = re.compile(r"^```(yaml|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def load(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def documented(language):
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    return [text for found, text in FENCE.findall(page) if found == language]


def run(command, folder, **environment):
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [
            "bash",
            "--noprofile",
            "--norc",
            "-eo",
            "pipefail",
            "-c",
            command,
        ],  # as a runner of GitHub does
        cwd=folder,
        env={**os.environ, "CI": "true", "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "a b.py").write_text(APP, encoding="utf-8")
    return tmp_path


# pre-commit


def test_the_hook_is_one_that_pre_commit_takes():
    [hook] = load(".pre-commit-hooks.yaml")

    assert {"id", "name", "entry", "language"} <= set(hook)
    assert hook["language"] == "python"
    [example] = [yaml.safe_load(text) for text in documented("yaml") if text.startswith("repos:")]
    assert [each["id"] for each in example["repos"][0]["hooks"]] == [hook["id"]]


def test_the_hook_needs_what_a_scan_does(project):
    """It is installed without the extra, so what a scan imports stands in it."""
    code = (
        "import sys\nfrom streamlift_codemods.cli import main\nmain(['scan', '.'])\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = run(f"'{sys.executable}' -c \"{code}\"", project)
    loaded = {*done.stdout.splitlines()[-1].split()} - sys.stdlib_module_names
    [hook] = load(".pre-commit-hooks.yaml")
    named = {re.match(r"\w+", each)[0] for each in hook["additional_dependencies"]}

    assert "pathspec" in named
    assert {
        name for name in loaded if not name.startswith(("streamlift", "_", "sitecustomize"))
    } <= named


@pytest.mark.parametrize("accepted", [True, False])
def test_the_hook_runs(project, accepted):
    [hook] = load(".pre-commit-hooks.yaml")
    if accepted:
        assert main(["baseline", str(project)]) == 0

    done = run(f"{hook['entry']} 'a b.py'", project)

    assert done.returncode == (0 if accepted else 1), done.stderr
    assert ("SL101" in done.stdout) != accepted


# The Action


def step(name):
    [found] = [each for each in load("action.yml")["runs"]["steps"] if each.get("name") == name]
    return found


def environment_of(name, inputs, **steps):
    """Return the variables of a step as a runner would set them."""

    def value(expression):
        [path] = re.findall(r"\$\{\{ (.*?) \}\}", expression)
        return inputs[path[7:]] if path.startswith("inputs.") else steps[path]

    return {key: value(text) for key, text in step(name).get("env", {}).items()}


def test_the_action_is_a_composite_one():
    action = load("action.yml")

    assert {"name", "description", "inputs", "outputs", "runs"} <= set(action)
    assert action["runs"]["using"] == "composite"
    for each in action["runs"]["steps"]:
        assert ("run" in each) != ("uses" in each)
        assert "shell" in each or "uses" in each
        assert "${{" not in each.get("run", ""), "an input may hold code: it comes in by a variable"


def test_the_inputs_are_documented():
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")

    rows = re.findall(r"^\| `([\w-]+)` \| (?:`([^`]*)`)? ?\| ", page, re.MULTILINE)

    assert dict(rows) == {
        name: each["default"] for name, each in load("action.yml")["inputs"].items()
    }


def test_the_action_can_be_installed():
    """The very command of the action, but without the network, and nothing is changed."""
    offline = {f"PIP_{name}": "1" for name in ("DRY_RUN", "NO_DEPS", "NO_INDEX")}
    done = run(
        step("Install streamlift")["run"],
        ROOT,
        GITHUB_ACTION_PATH=str(ROOT),
        PIP_NO_BUILD_ISOLATION="0",
        **offline,
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("upload", ["true", "false"])
def test_the_action_scans(project, accepted, upload):
    inputs = {name: each["default"] for name, each in load("action.yml")["inputs"].items()}
    inputs |= {"path": "a b.py", "upload": upload, "sarif-file": "out put.sarif"}
    if accepted:
        assert main(["baseline", str(project), "--baseline", str(project / "base line.json")]) == 0
        inputs["baseline"] = "base line.json"
    output = project / "output"

    done = run(
        step("Scan")["run"], project, GITHUB_OUTPUT=str(output), **environment_of("Scan", inputs)
    )

    assert done.returncode == 0, done.stderr
    [sarif] = json.loads((project / "out put.sarif").read_text())["runs"]
    assert len(sarif["results"]) == (0 if accepted else 1)
    assert done.stdout.count("::error ") == (1 if upload == "false" and not accepted else 0)
    status = output.read_text().strip().removeprefix("status=")
    given = environment_of("Result", inputs, **{"steps.scan.outputs.status": status})
    assert run(step("Result")["run"], project, **given).returncode == (0 if accepted else 1)


def test_a_file_that_cannot_be_analysed_fails_the_action(project):
    (project / "broken.py").write_text("def f(:\n    'data: x\\n\\n'\n")
    inputs = {name: each["default"] for name, each in load("action.yml")["inputs"].items()}

    run(
        step("Scan")["run"],
        project,
        GITHUB_OUTPUT=str(project / "output"),
        **environment_of("Scan", inputs),
    )

    assert (project / "output").read_text() == "status=2\n"


def test_the_workflow_that_is_documented_may_upload():
    [workflow] = [yaml.safe_load(text) for text in documented("yaml") if text.startswith("name: ")]

    assert workflow["permissions"]["security-events"] == "write"


# GitLab


def test_the_job_that_is_documented_runs(project):
    [job] = [
        yaml.safe_load(text)["streamlift"]
        for text in documented("yaml")
        if text.startswith("streamlift:")
    ]

    done = run("\n".join(job["script"]), project)

    assert done.returncode == 1
    assert "SL101" in done.stdout
    assert json.loads((project / job["artifacts"]["paths"][0]).read_text())["version"] == "2.1.0"


# LibCST


def test_libcst_runs_the_commands_of_the_checkout(tmp_path):
    """What docs/ci.md shows, in a copy of the checkout's configuration."""
    (tmp_path / ".libcst.codemod.yaml").write_bytes((ROOT / ".libcst.codemod.yaml").read_bytes())
    [block] = documented("console")
    listing, *codemods = [line.removeprefix("$ ") for line in block.splitlines()]

    listed = run(listing, tmp_path)
    assert listed.returncode == 0, listed.stderr
    for command in codemods:
        (tmp_path / "app.py").write_text(APP)
        done = run(command.replace("PATH", "app.py"), tmp_path)
        name = re.search(r"\w+\.\w+(?= PATH)", command)[0]

        assert done.returncode == 0, done.stderr
        assert "StreamingChunk.of(x)" in (tmp_path / "app.py").read_text()
        assert f"{name} - " in listed.stdout
