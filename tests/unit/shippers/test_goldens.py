from __future__ import annotations

import pytest

from tests.unit.shippers import goldens


@pytest.mark.parametrize("name", list(goldens.texts()))
def test_what_is_rendered_is_what_was_read_and_approved(name: str) -> None:
    assert goldens.texts()[name] == (goldens.FOLDER / name).read_text()
