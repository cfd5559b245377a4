"""`logion model explore`, `check --svg`, `--html`: what is written and refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from logion_model.cli import main

IMAGE = Path(__file__).parents[3] / "docs/images/counterexample.svg"
BROKEN = ["check", "truncate-to-high-watermark", "--scope", "2,2,2,1"]
WEAK = [*BROKEN, "--property", "weak-isr"]

Capsys = pytest.CaptureFixture[str]


def test_a_counterexample_is_drawn_and_made_a_page(tmp_path: Path) -> None:
    picture, page = tmp_path / "trace.svg", tmp_path / "trace.html"
    assert main([*WEAK, "--svg", str(picture), "--html", str(page)]) == 1
    assert picture.read_text().startswith("<svg ")
    assert page.read_text().startswith("<!DOCTYPE html>\n")
    assert 'id="step-8"' in page.read_text()


def test_the_picture_in_the_documentation_is_what_is_drawn(tmp_path: Path) -> None:
    picture = tmp_path / "trace.svg"
    main([*WEAK, "--svg", str(picture)])
    drawn = f"`logion model {' '.join(WEAK)} --svg {IMAGE.name}` draws it anew"
    assert picture.read_text() == IMAGE.read_text(), drawn


def test_nothing_is_drawn_of_what_holds(tmp_path: Path, capsys: Capsys) -> None:
    picture = tmp_path / "trace.svg"
    holds = ["check", "truncate-to-high-watermark", "--scope", "2,2,2,0"]
    assert main([*holds, "--svg", str(picture)]) == 0
    assert (
        "model: nothing to draw: nothing broke; `logion model"
        in capsys.readouterr().err
    )
    assert not picture.exists()


def test_the_page_is_about_what_the_catalogue_knows_to_be_broken(
    tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["explore", "kip-101"]) == 0
    said = "kip-101.html: kip-101 at 2,2,2,2, 11 steps; violates weak-isr (Kafka"
    assert capsys.readouterr().out.startswith(said)
    assert "<title>kip-101 at 2,2,2,2: violates" in Path("kip-101.html").read_text()


def test_where_nothing_is_broken_the_page_shows_what_must_be_possible(
    tmp_path: Path, capsys: Capsys
) -> None:
    page = tmp_path / "page.html"
    assert main(["explore", "log", "--scope", "2,2,0", "--output", str(page)]) == 0
    assert "; shows that " in capsys.readouterr().out
    assert '<p class="ending holds">shows that' in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scope", "1,x,2"], "scope '1,x,2' is not numbers"),
        (["--scope", "1"], "wants records,batch,epochs"),
        (["--property", "odd"], "has no property odd"),
        (["--property", "offsets-are-dense", "--scope", "1,1,0"], "is not broken in"),
        (["--scope", "0,0,0"], "nothing was found in"),
        (["--scope", "2,2,0", "--output", "no/such/folder/x.html"], "No such file"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    arguments: list[str], said: str, capsys: Capsys
) -> None:
    assert main(["explore", "log", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_property_chooses_the_scope_that_breaks_it(
    tmp_path: Path, capsys: Capsys
) -> None:
    name, output = "group-leader-of-two-minds", ["--output", str(tmp_path / "x.html")]
    assert main(["explore", name, "--property", "one-owner", *output]) == 0
    assert f"{name} at 2,0,1,1,2,1, 10 steps" in capsys.readouterr().out
    assert main(["explore", name, "--property", "newest-stay", *output]) == 0
    assert f"{name} at 0,1,2,2,1,1, 7 steps" in capsys.readouterr().out
