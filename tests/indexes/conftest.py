import pytest

pytest.register_assert_rewrite("tests.indexes.contract")
pytest.register_assert_rewrite("tests.indexes.shared_contract")
