from __future__ import annotations

import pytest
from logion.properties import parse_properties


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a=1", {"a": "1"}),
        ("a = 1\r\nb: 2\nc 3", {"a": "1", "b": "2", "c": "3"}),
        ("# no\n! no\n\n  a=1", {"a": "1"}),
        ("a=1,\\\n   2,\\\n   3", {"a": "1,2,3"}),
        ("a=1\\\\\nb=2", {"a": "1\\", "b": "2"}),
        ("path=c\\:\\\\x\\ty", {"path": "c:\\x\ty"}),
        ("a\\=b\\ c=\\u00e9", {"a=b c": "é"}),
        ("alone\nempty=", {"alone": "", "empty": ""}),
        ("a=1\na=2", {"a": "2"}),
        ("a=b=c:d e ", {"a": "b=c:d e "}),
        ("a=1\\", {"a": "1"}),
        (
            "#\n#Sun Nov 22\n\n! x\nbroker.id=0\n version = 0\ncluster.id=a=b\n",
            {"broker.id": "0", "version": "0", "cluster.id": "a=b"},
        ),
        ("a=x\\\n# not a comment", {"a": "x# not a comment"}),
    ],
)
def test_properties_are_read_as_java_reads_them(
    text: str, found: dict[str, str]
) -> None:
    assert parse_properties(text) == found
