from __future__ import annotations

import signal
import sys

import pytest
from logion_model.commands import console
from logion_model.commands.console import Watcher, shown, watching
from logion_model.kernel import Progress

PROGRESS = Progress(distinct=20_000, generated=50_000, depth=9, queue=1_234)


def test_progress_is_shown_in_one_line() -> None:
    assert shown(PROGRESS, 2.0) == (
        "50,000 steps, 20,000 states, depth 9, 1,234 waiting, 10,000/s, 2 s"
    )


def test_a_search_stops_when_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = Watcher(told=-1.0)
    monkeypatch.setattr(console, "free_memory", lambda: 1024)
    assert not watcher(PROGRESS)
    assert watcher.stopped == "memory is short"


def test_ctrl_c_stops_softly_at_first_and_then_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    with watching("it") as watcher:
        assert watcher(PROGRESS)
        signal.raise_signal(signal.SIGINT)
        assert not watcher(PROGRESS)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_terminal_is_shown_the_progress(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with watching("model at 1,1") as watcher:
        watcher.told = -1.0
        assert watcher(PROGRESS)
    assert "model at 1,1" in capsys.readouterr().err
