import pytest

pytest.register_assert_rewrite("tests.codemods.harness", "tests.codemods.token_counter")
