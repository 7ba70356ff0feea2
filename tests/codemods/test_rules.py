"""The pages of the rules are true: the code falls under the rule, becomes what is shown, and sends the same text."""

import json

import pytest

from streamlift_codemods.cli import main
from streamlift_codemods.report.explanation import explain, rule_page
from streamlift_codemods.rules import RULES
from tests.codemods.harness import write

EVENTS = [
    {"kind": "token", "text": "é\u2028 한", "number": 1},
    {"kind": "end", "text": "", "number": None},
]
EXAMPLES = {code: rule.example for code, rule in RULES.items()}
BY_TOOL = [code for code, each in EXAMPLES.items() if each.after and not each.is_by_hand]
BY_HAND = [code for code, each in EXAMPLES.items() if each.is_by_hand]


class Websocket(list):
    """It keeps what is sent."""

    send = list.append


def codes(folder, capsys, text):
    """Return the rules of all sites and comments of *text*."""
    write(folder, {"app.py": f"{text}\n".encode()})
    main(["scan", str(folder), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    return {row["code"] for row in (*report["sites"], *report["ignores"])}


def sent(text):
    names = {"__name__": "app"}
    exec(compile(text, "app.py", "exec"), names)
    if "stream" in names:
        return list(names["stream"](EVENTS))
    websocket = Websocket()
    names["send"](EVENTS, websocket)
    return websocket


@pytest.mark.parametrize("code", RULES)
def test_an_example_falls_under_its_rule(tmp_path, capsys, code):
    assert code in codes(tmp_path, capsys, EXAMPLES[code].before)


@pytest.mark.parametrize("code", BY_TOOL)
def test_what_is_shown_is_what_the_tool_writes(tmp_path, capsys, code):
    write(tmp_path, {"app.py": f"{EXAMPLES[code].before}\n".encode()})

    assert main(["migrate", str(tmp_path), "--phase", "2", "--write"]) == 0
    assert (tmp_path / "app.py").read_text() == f"{EXAMPLES[code].after}\n"


@pytest.mark.parametrize("code", BY_HAND)
def test_what_a_person_makes_of_it_falls_under_it_no_longer(tmp_path, capsys, code):
    assert code not in codes(tmp_path, capsys, EXAMPLES[code].after)


@pytest.mark.parametrize("code", [*BY_TOOL, *BY_HAND])
def test_both_send_the_same(code):
    before, after = sent(EXAMPLES[code].before), sent(EXAMPLES[code].after)

    assert "".join(before) == "".join(after)
    assert (before == after) == (code != "SL109")  # that one has its frame in one message then


@pytest.mark.parametrize("code", RULES)
def test_explain_says_what_the_page_says(code):
    rule = RULES[code]

    for said in (rule.meaning, rule.why, rule.by_hand):
        assert said.endswith(".")
        assert said in explain(code)
        assert said in rule_page(rule)
    assert f"```python\n{rule.example.before}\n```" in rule_page(rule)


@pytest.mark.parametrize("code", [code for code in RULES if "SL100" < code < "SL9"])
def test_a_site_is_ignored_as_the_page_says(tmp_path, capsys, code):
    comment = f"# streamlift: ignore-file[{code}]"
    write(tmp_path, {"app.py": f"{comment}\n{EXAMPLES[code].before}\n".encode()})

    main(["scan", str(tmp_path)])

    assert comment in rule_page(RULES[code])
    assert f": {code} " not in capsys.readouterr().out
