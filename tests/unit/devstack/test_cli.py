"""What the command says to a mistake."""

import pytest

from devstack.cli import main


def test_a_word_that_is_no_date_is_answered_with_one_that_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["clario", "replay", "--since", "yesterday"])
    with pytest.raises(SystemExit):
        main()
    assert "argument --since: not a date like 2026-11-20: yesterday" in capsys.readouterr().err
