"""What other tools run is what stands in their files: each is parsed, and its commands are run."""

import json
import os
import re
import shutil
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


ACTIONS = {"action.yml": "Scan", "snapshot/action.yml": "Snapshots", "gate/action.yml": "The gate"}
"""Each action, and the heading in docs/ci.md that it stands under."""


def step(name, action="action.yml"):
    [found] = [each for each in load(action)["runs"]["steps"] if each.get("name") == name]
    return found


def defaults(action="action.yml"):
    return {name: each["default"] for name, each in load(action)["inputs"].items()}


def environment_of(name, inputs, action="action.yml", **known):
    """Return the variables of a step as a runner would set them."""

    def value(expression):
        [alternatives] = re.findall(r"\$\{\{ (.*?) \}\}", expression)
        return next(filter(None, map(one, alternatives.split(" || "))), "")

    def one(path):
        if path.startswith("'"):
            return path.strip("'")
        return inputs[path[7:]] if path.startswith("inputs.") else known.get(path)

    return {key: value(text) for key, text in step(name, action).get("env", {}).items()}


@pytest.mark.parametrize("name", ACTIONS)
def test_the_action_is_a_composite_one(name):
    action = load(name)

    assert {"name", "description", "inputs", "outputs", "runs"} <= set(action)
    assert action["runs"]["using"] == "composite"
    for each in action["runs"]["steps"]:
        assert ("run" in each) != ("uses" in each)
        assert "shell" in each or "uses" in each
        assert "${{" not in each.get("run", ""), "an input may hold code: it comes in by a variable"


@pytest.mark.parametrize("name", ACTIONS)
def test_the_inputs_are_documented(name):
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    [section] = re.findall(
        rf"^### {ACTIONS[name]}\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL
    )

    rows = re.findall(r"^\| `([\w-]+)` \| (?:`([^`]*)`)? ?\| ", section, re.MULTILINE)

    assert dict(rows) == defaults(name)
    folder = name.removesuffix("action.yml").rstrip("/")
    assert f"- uses: OWNER/streamlift{folder and '/'}{folder}@REV\n" in section


@pytest.fixture
def runner(tmp_path):
    """The environment that an action makes for itself: here, that of the tests."""
    folder = tmp_path / "runner temp"
    folder.mkdir()
    (folder / "streamlift").symlink_to(BIN.parent)
    return {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(folder / "output")}


@pytest.mark.parametrize("name", ["action.yml", "gate/action.yml"])
def test_the_action_can_be_installed(name, runner):
    """The very command of the action, but without the network, and nothing is changed."""
    offline = {f"PIP_{name}": "1" for name in ("DRY_RUN", "NO_DEPS", "NO_INDEX")}
    *before, command = step("Install streamlift", name)["run"].splitlines()
    done = run(
        command,
        ROOT,
        GITHUB_ACTION_PATH=str((ROOT / name).parent),
        PIP_NO_BUILD_ISOLATION="0",
        **runner,
        **offline,
    )

    assert done.returncode == 0, done.stderr
    assert before in ([], ['python3 -m venv "$RUNNER_TEMP/streamlift"'])


def test_both_actions_that_run_an_app_are_installed_in_one_way():
    assert step("Install streamlift", "gate/action.yml") == step(
        "Install streamlift", "snapshot/action.yml"
    )


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("upload", ["true", "false"])
def test_the_action_scans(project, accepted, upload):
    inputs = defaults()
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
    inputs = defaults()

    run(
        step("Scan")["run"],
        project,
        GITHUB_OUTPUT=str(project / "output"),
        **environment_of("Scan", inputs),
    )

    assert (project / "output").read_text() == "status=2\n"


def test_the_workflow_that_is_documented_may_upload():
    [workflow] = [
        yaml.safe_load(text) for text in documented("yaml") if text.startswith("name: streamlift\n")
    ]

    assert workflow["permissions"]["security-events"] == "write"


# The actions that run an app


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A repository with an app, what it sent before its last commit, and another separator since."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "chat.py").write_text(STREAM, encoding="utf-8")
    (folder / "requests.toml").write_text(REQUESTS, encoding="utf-8")
    git(folder, "git init -q && git add . && git commit -qm before")
    done = run("streamlift snapshot record --out 'gold ens'", folder, CI="")
    assert done.returncode == 0, done.stderr
    (folder / "chat.py").write_text(STREAM.replace("json.dumps(x)", COMPACT), encoding="utf-8")
    git(folder, "git commit -qam after")
    return folder


@pytest.fixture
def app(repository, tmp_path):
    return Path(shutil.copytree(repository, tmp_path / "app"))


STREAM = """\
import json


def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"


async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for text in stream({"a": 1}):
            await send({"type": "http.response.body", "body": text.encode()})
"""
COMPACT = "json.dumps(x, separators=(',', ':'))"
REQUESTS = 'app = "chat:app"\n\n[[request]]\nname = "one"\n'


def git(folder, command):
    names = {
        f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    done = run(command, folder, GIT_CONFIG_GLOBAL=os.devnull, **names)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def status_after(name, action, runner):
    """Return what the last step of *action* exits with, and what the one before has said."""
    said = Path(runner["GITHUB_OUTPUT"]).read_text()
    known = {f"steps.{name}.outputs.status": said.strip().removeprefix("status=")}
    given = environment_of("Result", {}, action, **known)
    return run(step("Result", action)["run"], ROOT, **given).returncode


def test_the_action_checks_snapshots(app, runner):
    action = "snapshot/action.yml"
    inputs = defaults(action) | {
        "goldens": "gold ens",
        "received": "re ceived",
        "min-coverage": "90",
    }

    done = run(
        step("Check", action)["run"], app, **runner, **environment_of("Check", inputs, action)
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "::error title=streamlift snapshot (differs),file=requests.toml,line=4::one: "
    )
    assert (app / "re ceived/one.sse").read_bytes() == b'data: {"a":1}\n\n'
    assert 'failures="1"' in (app / inputs["junit"]).read_text()
    assert "covered 1 of 1 site (100 %)" in done.stdout
    assert status_after("check", action, runner) == 1


@pytest.mark.parametrize(("phase", "status"), [("", 1), ("2", 1)])
def test_the_action_is_a_gate(app, runner, phase, status):
    action = "gate/action.yml"
    inputs = defaults(action) | {"phase": phase}
    known = {"github.event.before": "0" * 40}
    if phase:
        known |= {"github.event.pull_request.base.sha": git(app, "git rev-parse HEAD~1")}

    done = run(
        step("Gate", action)["run"],
        app,
        **runner,
        **environment_of("Gate", inputs, action, **known),
    )

    assert done.returncode == 0, done.stderr
    assert "::error title=streamlift gate (differs)" in done.stdout
    assert 'failures="1"' in (app / inputs["junit"]).read_text()
    assert status_after("gate", action, runner) == status


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


def test_the_jobs_that_run_an_app_are_those_that_are_documented(app, runner):
    [jobs] = [
        yaml.safe_load(text) for text in documented("yaml") if text.startswith(".streamlift:")
    ]
    base = git(app, "git rev-parse HEAD~1")
    (app / "streamlift").symlink_to(BIN.parent)
    (app / "goldens").symlink_to("gold ens")

    for name, said in (("snapshots", "differs: one"), ("gate", "differs: one")):
        done = run("\n".join(jobs[name]["script"]), app, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)

        assert done.returncode == 1, done.stderr
        assert said in done.stdout
        report = jobs[jobs[name]["extends"]]["artifacts"]["reports"]["junit"]
        assert 'failures="1"' in (app / report).read_text()


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
