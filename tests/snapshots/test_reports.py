"""What CI services, people and programs are given of outcomes."""

import json
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from streamlift_codemods.colours import Paint
from streamlift_codemods.exit_status import status_of_outcomes
from streamlift_codemods.report.junit_report import junit
from streamlift_codemods.report.snapshot_report import github_report, json_report, text_report
from streamlift_codemods.snapshots.outcome import Outcome


@dataclass
class Picture:
    text: str

    def render(self, *, colour):
        return f"\x1b[31m{self.text}\x1b[0m" if colour else self.text


NASTY = "\x00\x1b[31m]]>&<\"'\r\n\ud800￾🙂\x85"
OUTCOMES = [
    Outcome(name="chat, normal", state="same", seconds=0.25),
    Outcome(
        name=NASTY,
        state="differs",
        headline=NASTY,
        differences=(Picture("- a\n+ b"), Picture(f"{NASTY}!")),
        place="requests.toml",
        line=7,
        redacted=("id: $.id",),
    ),
    Outcome(name="lost", state="missing", headline="no golden", place="a,b:c.toml", line=9),
    Outcome(name="old", state="unused", place="goldens/old.sse"),
    Outcome(name="hangs", state="unknown", headline="no end", detail="log\nend", group="live"),
]


def test_a_suite_says_what_the_schemas_ask_for_and_its_numbers_are_those_of_its_cases():
    root = ET.fromstring(junit("streamlift", OUTCOMES).encode())

    assert root.tag == "testsuites"
    assert [suite.get("name") for suite in root] == ["streamlift", "streamlift: live"]
    for number, suite in enumerate(root):
        assert {"id", "package", "timestamp", "hostname", "time"} <= set(suite.attrib)
        assert suite.get("id") == str(number)
        assert [each.tag for each in suite if each.tag != "testcase"] == [
            "properties", "system-out", "system-err",
        ]  # fmt: skip
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        for kind in ("failure", "error"):
            assert suite.get(f"{kind}s") == str(len(suite.findall(f"testcase/{kind}")))
        for case in cases:
            assert set(case.attrib) == {"name", "classname", "time"}
            assert len(case) <= 1


def test_no_character_of_a_stream_breaks_the_document():
    text = junit("streamlift", OUTCOMES)
    case = ET.fromstring(text.encode()).find("testsuite/testcase[2]")

    assert case.get("name") == "\\x00\\x1b[31m]]>&<\"'\r\n\\ud800\\ufffe🙂\x85"
    assert case.find("failure").text.startswith("requests.toml:7\n\\x00\\x1b[31m]]>&<\"'\r\n")
    assert "- a\n+ b\n" in case.find("failure").text
    assert case.find("failure").text.endswith("not compared: id: $.id")


def test_an_annotation_stands_at_the_line_of_the_request():
    lines = github_report("streamlift snapshot", OUTCOMES).split("\n")[:-1]

    assert len(lines) == 5
    assert "file=requests.toml,line=7" in lines[0]
    assert "%0A- a%0A+ b%0A" in lines[0]
    assert "file=a%2Cb%3Ac.toml,line=9::lost: no golden" in lines[1]
    assert (
        lines[-1]
        == "4 requests: 1 same, 1 differs, 1 missing, 1 unknown; goldens of no request: 1 unused"
    )


def test_a_person_sees_what_differs_and_what_is_not_compared():
    text = text_report(OUTCOMES, Paint())

    assert "requests.toml:7: differs: " in text
    assert "\n    - a\n    + b\n" in text
    assert "  = not compared: id: $.id\n" in text
    assert "unknown: hangs (live)\n  no end\n    log\n    end\n" in text
    assert "\x1b[31m- a" in text_report(OUTCOMES, Paint(is_on=True))


def test_a_program_gets_all_of_it():
    report = json.loads(json_report("streamlift snapshot", OUTCOMES))

    assert [row["state"] for row in report["outcomes"]] == [each.state for each in OUTCOMES]
    assert report["outcomes"][1]["detail"].startswith("- a\n+ b\n")
    assert report["summary"] == {"same": 1, "differs": 1, "missing": 1, "unused": 1, "unknown": 1}


def test_the_exit_status_is_that_of_the_worst():
    same, differs, _, _, unknown = OUTCOMES

    assert [status_of_outcomes(each) for each in ([], [same], [same, differs], [unknown, differs])] == [
        0, 0, 1, 2,
    ]  # fmt: skip
