"""Declarations: classes with slots that compare by value and know their wire form."""

from __future__ import annotations

import copy
import pickle

import pytest
from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    BOOL,
    FLOAT64,
    INT8,
    INT32,
    RECORDS,
    REQUIRED,
    STRING,
    UUID,
    array,
    camel_case,
    default_of,
    message,
    parse_versions,
    replace,
    request,
    response,
    schema_of,
    struct,
    type_name,
    unknown_tags,
    versions_text,
    wire,
    zero_of,
)


@struct
class Point:
    """A place."""

    x: int = wire(INT32)
    """Distance to the right."""
    label: str | None = wire(STRING, "1+", nullable="1+", default=None)
    """Text beside it."""

    def moved(self) -> Point:
        """Return the point one to the right."""
        return replace(self, x=self.x + 1)


@request(api=99, versions="1-3", flexible="2+")
class DrawRequest:
    """Draw."""

    points: tuple[Point, ...] = wire(array(Point))
    """Where."""
    is_bold: bool = wire(BOOL, "3+", tag=4, tagged="3+", default=False)
    """How."""


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("0+", range(32768)),
        ("3-7", range(3, 8)),
        ("5", range(5, 6)),
        ("none", range(0)),
    ],
)
def test_versions_read_as_they_are_written(text: str, versions: range) -> None:
    assert parse_versions(text) == versions
    assert versions_text(versions) == text


def test_json_names_are_camel_case() -> None:
    assert camel_case("topic_id") == "topicId"
    assert camel_case("name") == "name"
    assert camel_case("max_wait_ms") == "maxWaitMs"


def test_a_message_knows_its_api_and_versions() -> None:
    schema = schema_of(DrawRequest)
    assert (schema.kind, schema.name, schema.api) == ("request", "DrawRequest", 99)
    assert schema.versions == range(1, 4)
    assert 2 in schema.flexible
    assert 1 not in schema.flexible
    assert [field.name for field in schema.fields] == ["points", "is_bold"]
    assert repr(schema.fields) == "(points: []Point 0+, is_bold: bool 3+)"


def test_a_class_that_is_not_declared_has_no_schema() -> None:
    with pytest.raises(TypeError, match="int is not declared"):
        schema_of(int)


def test_responses_and_messages_are_declared_alike() -> None:
    @response(api=99, versions="0")
    class DrawResponse:
        """Drawn."""

    @message(versions="0-1")
    class Drawing:
        """A drawing."""

    assert (schema_of(DrawResponse).kind, schema_of(Drawing).kind) == (
        "response",
        "message",
    )
    assert schema_of(Drawing).api is None
    assert not schema_of(DrawResponse).flexible


def test_instances_compare_by_value() -> None:
    assert Point(x=1) == Point(x=1, label=None)
    assert Point(x=1) != Point(x=2)
    assert Point(x=1) != object()
    assert len({Point(x=1), Point(x=1), Point(x=2)}) == 2


def test_a_constructor_wants_every_field_without_a_default() -> None:
    with pytest.raises(TypeError, match="'x'"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'y'"):
        Point(x=1, y=2)  # type: ignore[call-arg]


def test_instances_have_no_other_attributes() -> None:
    with pytest.raises(AttributeError):
        Point(x=1).y = 2  # type: ignore[attr-defined]


def test_a_representation_shows_what_is_not_default() -> None:
    assert repr(Point(x=1)) == "Point(x=1)"
    assert repr(Point(x=1, label="a")) == "Point(x=1, label='a')"
    tagged = replace(Point(x=1), unknown_tags=((3, b"c"),))
    assert repr(tagged) == "Point(x=1, unknown_tags=((3, b'c'),))"


def test_a_replaced_field_leaves_the_rest() -> None:
    point = Point(x=1, label="a")
    assert replace(point, x=2) == Point(x=2, label="a")
    assert replace(point, unknown_tags=((1, b""),)).label == "a"
    assert point.x == 1
    with pytest.raises(TypeError, match="Point has no field 'y'"):
        replace(point, y=1)


def test_methods_of_a_declaration_stay() -> None:
    assert Point(x=1).moved() == Point(x=2)
    assert Point.__doc__ == "A place."
    assert Point.__qualname__ == "Point"


def test_instances_can_be_copied_and_pickled() -> None:
    point = Point(x=1, label="a")
    assert copy.copy(point) == point
    assert pickle.loads(pickle.dumps(point)) == point


def test_unknown_tags_are_empty_unless_read() -> None:
    assert unknown_tags(Point(x=1)) == ()


def test_a_field_without_a_default_has_kafkas_where_it_is_absent() -> None:
    @struct
    class Everything:
        """All kinds of fields."""

        number: int = wire(INT8)
        ratio: float = wire(FLOAT64)
        text: str = wire(STRING)
        uuid: Uuid = wire(UUID)
        records: bytes | None = wire(RECORDS)
        points: tuple[Point, ...] = wire(array(Point))
        point: Point = wire(Point)
        given: int = wire(INT8, default=7)

    fields = schema_of(Everything).fields
    assert [field.default is REQUIRED for field in fields] == [True] * 7 + [False]
    assert [default_of(field) for field in fields] == [
        0,
        0.0,
        "",
        ZERO_UUID,
        None,
        (),
        Point(x=0),
        7,
    ]
    assert zero_of(Everything).point.x == 0


def test_types_are_called_as_kafka_calls_them() -> None:
    names = [type_name(type_) for type_ in (INT32, array(STRING), Point, array(Point))]
    assert names == ["int32", "[]string", "Point", "[]Point"]
    assert repr(REQUIRED) == "REQUIRED"
