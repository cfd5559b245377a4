from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from logion.cli.checking import check_files

Capsys = pytest.CaptureFixture[str]


def odd_is_wrong(lines: Iterable[str]) -> Iterator[str | None]:
    for line in lines:
        yield f"{line.strip()} is odd" if int(line) % 2 else None


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, text in (("a", "2\n4\n"), ("b", "1\n2\n3\n")):
        (tmp_path / name).write_text(text)
    return [str(tmp_path / "a"), str(tmp_path / "b")]


def test_where_all_agree_the_status_is_0(files: list[str], capsys: Capsys) -> None:
    assert check_files("x check", files[:1], odd_is_wrong) == 0
    assert capsys.readouterr().out == "2 of 2 agree\n"


def test_each_line_that_disagrees_is_printed_and_the_status_is_1(
    files: list[str], capsys: Capsys
) -> None:
    assert check_files("x check", files[1:], odd_is_wrong) == 1
    assert capsys.readouterr().out == "1 is odd\n3 is odd\n1 of 3 agree\n"


def test_among_several_files_the_file_is_named(
    files: list[str], capsys: Capsys
) -> None:
    assert check_files("x check", files, odd_is_wrong) == 1
    assert capsys.readouterr().out == (
        f"{files[1]}: 1 is odd\n{files[1]}: 3 is odd\n3 of 5 agree\n"
    )


def test_a_file_that_is_not_there_is_status_2(files: list[str], capsys: Capsys) -> None:
    assert check_files("x check", [*files, "nosuch"], odd_is_wrong) == 2
    said = capsys.readouterr()
    assert said.err == "logion x check: nosuch: No such file or directory\n"
    assert "agree" not in said.out
