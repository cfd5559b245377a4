from __future__ import annotations

import pytest
from logion.cli.arguments import Parser, problem_text, refuse


def test_wrong_arguments_are_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        Parser(prog="logion x").parse_args(["--nosuch"])
    assert ended.value.code == 2
    said = "logion x: unrecognized arguments: --nosuch (see logion x --help)\n"
    assert capsys.readouterr() == ("", said)


def test_the_commands_of_a_command_err_in_one_line_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser = Parser(prog="logion x")
    inner = parser.add_subparsers(required=True).add_parser("y")
    inner.add_argument("file")
    with pytest.raises(SystemExit):
        parser.parse_args(["y"])
    assert capsys.readouterr().err.count("\n") == 1


def test_a_refusal_says_the_command_and_the_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert refuse("releases", ValueError("no such release")) == 2
    assert capsys.readouterr().err == "logion releases: no such release\n"


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (FileNotFoundError(2, "No such file", "a.log"), "a.log: No such file"),
        (OSError(98, "cannot listen on a:1"), "cannot listen on a:1"),
        (OSError("timed out"), "timed out"),
        ("any text", "any text"),
    ],
)
def test_errors_of_the_system_lose_their_numbers(problem: object, text: str) -> None:
    assert problem_text(problem) == text
