"""The stage of a producer by the rules that people write."""

import pytest

from streamlift_legacy.stages import Rules, Stage, read_patterns

OFF, SHADOW, LIVE = Stage


def stage(text, name="shop.chat:Chat.reply", **rules):
    patterns, _ = read_patterns(text)
    return Rules(patterns=patterns, **rules).stage_of(name, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", OFF),
        ("live", LIVE),
        (" Live \n", LIVE),
        ("shop.chat:Chat.reply = live", LIVE),
        ("shop.chat:Chat.reply=live", LIVE),
        ("shop.chat:Chat.* = live", LIVE),
        ("shop.* = shadow", SHADOW),
        ("*:Chat.reply = shadow", SHADOW),
        ("shop.chat:Chat = live", OFF),
        ("chat:Chat.reply = live", OFF),
        ("# shop.* = live", OFF),
        ("shop.* = live  # since monday", LIVE),
        ("* = live\nshop.* = shadow", SHADOW),
        ("shop.* = shadow\n* = live", LIVE),
        ("shop.*=live, other.*=shadow", LIVE),
        ("\ufeff* = live", LIVE),
        ("* = live\r\n\r\nshop.* = shadow\r\n", SHADOW),
    ],
)
def test_the_last_line_that_matches_decides(text, expected):
    assert stage(text.removeprefix("\ufeff")) is expected


@pytest.mark.parametrize("text", ["lvie", "* = lvie", "* =", "*", "= = live", "shop.* = live live"])
def test_what_cannot_be_understood_switches_off(text):
    assert stage(f"* = live\n{text}") is OFF
    assert read_patterns(text)[1]


def test_the_code_comes_after_the_patterns_and_before_the_default():
    rules = Rules(patterns=[("a*", SHADOW)], default=LIVE)

    assert rules.stage_of("a", OFF) is SHADOW
    assert rules.stage_of("b", OFF) is OFF
    assert rules.stage_of("b", None) is LIVE


def test_nothing_comes_before_the_kill_switch():
    rules = Rules(killed=True, patterns=[("*", LIVE)], default=LIVE)

    assert rules.stage_of("a", LIVE) is OFF


@pytest.mark.parametrize(
    ("rules", "all_off"),
    [
        (Rules(), True),
        (Rules(default=OFF), True),
        (Rules(killed=True, patterns=[("*", LIVE)]), True),
        (Rules(default=SHADOW), False),
        (Rules(patterns=[("*", LIVE)]), False),
    ],
)
def test_it_knows_when_nobody_needs_to_be_asked(rules, all_off):
    assert rules.all_off is all_off
