"""A module that is imported while a request runs."""

FIRST = "data: late module\n\n"  # late module


def late():
    yield "data: late\n\n"  # late
