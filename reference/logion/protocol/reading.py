"""Compiles the reader of one message version: a flat function, no call per struct.

The reader takes `(data, pos)` and returns the message and where it ended. It checks
as little as is safe: whoever reads past the end gets IndexError or `struct.error`
from Python itself, a slice past the end only moves `pos` beyond the size, which the
last line notices. Counts are compared with the bytes that are left before any loop,
and what clients send with ELEMENTS_MAX: `_spare` is how many elements may still come.
The caller catches `READ_FAILURES` and lets `logion.protocol.explain` say what is wrong.

Names in the source: a field is its name and its depth (`topics_1`), whatever starts
with `_` is the reader's own, `n` and `t` are lengths used at once.
"""

from __future__ import annotations

from struct import Struct

from logion.protocol.primitives import (
    ELEMENTS_MAX,
    SMALL,
    read_many,
    read_tags,
    read_varint,
    read_varint_rest,
    small_unpackers,
    string_size_rest,
)
from logion.protocol.schema import (
    BYTES,
    RECORDS,
    STRING,
    Array,
    Field,
    FieldType,
    WireType,
    default_of,
    schema_of,
)
from logion.protocol.source import Source, identifier


def reader_source(cls: type, version: int) -> Source:
    """Return the source of the function `read` for one version of a message."""
    return _Reader(cls, version).source


def holds_records(cls: type) -> bool:
    """Say whether a message has RECORDS somewhere, which must not be copied."""
    types = [field.type for field in schema_of(cls).fields]
    inner = [t.element if isinstance(t, Array) else t for t in types]
    return any(
        t is RECORDS or (isinstance(t, type) and holds_records(t)) for t in inner
    )


def is_bounded(cls: type) -> bool:
    """Say whether ELEMENTS_MAX holds: for all but answers, so for headers too."""
    return schema_of(cls).kind != "response"


class _Reader:
    """Writes one reader. `_run` holds fixed-size values that are not yet unpacked."""

    def __init__(self, cls: type, version: int) -> None:
        self.source = Source()
        self._version = version
        self._is_flexible = version in schema_of(cls).flexible
        self._run: list[tuple[str, str]] = []
        self._is_bounded = is_bounded(cls)
        # What belongs to no API, as a header, may begin something long: no copy.
        self._any_buffer = holds_records(cls) or schema_of(cls).kind == "message"
        self._use(object.__new__, "_new")
        self._use(read_varint, "_varint")
        self._use(read_varint_rest, "_varint_rest")
        self._use(read_tags, "_tags")
        self._use(read_many, "_many")
        self._use(string_size_rest, "_string_size")
        with self.source.block("def read(data, pos):"):
            self._message(cls)

    def _use(self, value: object, name: str) -> None:
        self.source.constant(name, value)

    def _message(self, cls: type) -> None:
        add = self.source.add
        if self._any_buffer:
            add("_view = memoryview(data)")
        else:
            # One copy of a small message makes each of its strings cheaper.
            add("if type(data) is not bytes: data = bytes(data)")
        add("_size = len(data)")
        if self._is_bounded:
            add(f"_spare = {ELEMENTS_MAX}")
        self._struct(cls, "_message", 0)
        add("if pos > _size: raise IndexError", "return _message, pos")

    # -- runs of fixed size

    def _fixed(self, target: str, fmt: str) -> None:
        self._run.append((target, fmt))

    def _flush(self) -> None:
        """Unpack the run that has gathered."""
        if not self._run:
            return
        targets = ", ".join(target for target, _ in self._run)
        fmt = "".join(fmt for _, fmt in self._run)
        self._run = []
        if fmt == "B":
            self.source.add(f"{targets} = data[pos]", "pos += 1")
            return
        unpack = Struct(f">{fmt}")
        name = self.source.once(
            f"_unpack_{identifier(fmt)}", lambda: unpack.unpack_from
        )
        self.source.add(f"{targets}, = {name}(data, pos)", f"pos += {unpack.size}")

    # -- structs

    def _struct(self, cls: type, target: str, depth: int) -> None:
        """Read a struct into `target`."""
        version = self._version
        fields = schema_of(cls).fields
        tagged = [f for f in fields if self._stands_in_tags(f)]
        for field in fields:
            if version in field.versions and field not in tagged:
                self._field(field, f"{field.name}_{depth}", depth)
        if self._is_flexible:
            self._fixed("t", "B")
            self._flush()
            self._tag_section(tagged, depth)
        self._flush()
        self._build(cls, target, depth)

    def _stands_in_tags(self, field: Field) -> bool:
        is_here = self._version in field.versions
        return self._is_flexible and is_here and field.is_tagged(self._version)

    def _build(self, cls: type, target: str, depth: int) -> None:
        known = self.source.constant(cls.__name__, cls)
        self.source.add(f"{target} = _new({known})")
        for field in schema_of(cls).fields:
            if self._version in field.versions:
                value = f"{field.name}_{depth}"
            else:
                value = self.source.literal(default_of(field))
            self.source.add(f"{target}.{field.name} = {value}")
        tags = f"_tags_{depth}" if self._is_flexible else "()"
        self.source.add(f"{target}.unknown_tags = {tags}")

    def _tag_section(self, tagged: list[Field], depth: int) -> None:
        """Read the tag section whose count began with the byte `t`."""
        add, block = self.source.add, self.source.block
        unknown = f"_tags_{depth}"
        add(f"{unknown} = ()")
        for field in tagged:
            default = self.source.literal(default_of(field))
            add(f"{field.name}_{depth} = {default}")
        if not tagged:
            most = "_spare" if self._is_bounded else "_size"
            with block("if t:"):
                add(f"{unknown}, pos = _tags(data, pos, t, {most})")
                self._count(f"len({unknown})")
            return
        with block("if t:"):
            add("t, pos = _varint_rest(data, pos, t)", f"{unknown} = []")
            self._count("t")
            with block("for _ in range(t):"):
                self._tagged_fields(tagged, depth)
            add(f"{unknown} = tuple({unknown})")

    def _count(self, elements: str) -> None:
        """Take `elements` from what the message may still hold, if it is bounded."""
        if self._is_bounded:
            self.source.add(f"_spare -= {elements}", "if _spare < 0: raise ValueError")

    def _tagged_fields(self, tagged: list[Field], depth: int) -> None:
        add, block = self.source.add, self.source.block
        end, unknown = f"_end_{depth}", f"_tags_{depth}"
        add("t, pos = _varint(data, pos)", "n, pos = _varint(data, pos)")
        add(f"{end} = pos + n", f"if {end} > _size: raise IndexError")
        for field in tagged:
            with block(f"if t == {field.tag}:"):
                self._field(field, f"{field.name}_{depth}", depth)
                self._flush()
                add(f"if pos != {end}: raise ValueError", "continue")
        add(f"{unknown}.append((t, bytes(data[pos:{end}])))", f"pos = {end}")

    # -- fields

    def _field(self, field: Field, target: str, depth: int) -> None:
        is_nullable = self._version in field.nullable
        is_compact = self._is_flexible and field.is_flexible
        if isinstance(field.type, type):
            null = None
            if is_nullable:  # an int8, but in a tagged field an unsigned varint
                null = 0 if field.is_tagged(self._version) else -1
            self._nested(field.type, target, depth, null=null)
        elif isinstance(field.type, WireType) and field.type.size:
            self._fixed(target, field.type.format)
        else:
            self._sized(
                field.type, target, depth, nullable=is_nullable, compact=is_compact
            )

    def _nested(self, cls: type, target: str, depth: int, *, null: int | None) -> None:
        """Read a struct; a mark of `null` or less stands for none, if it may be."""
        if null is None:
            self._struct(cls, target, depth + 1)
            return
        self._fixed("n", "b")
        self._flush()
        with self.source.block(f"if n <= {null}:"):
            self.source.add(f"{target} = None")
        with self.source.block("else:"):
            self._struct(cls, target, depth + 1)

    def _sized(
        self,
        type_: FieldType,
        target: str,
        depth: int,
        *,
        nullable: bool,
        compact: bool,
    ) -> None:
        """Read what begins with its length: `n` becomes that length, or null."""
        self._fixed("n", "B" if compact else "h" if type_ is STRING else "i")
        self._flush()
        if compact:
            longer = "_string_size" if type_ is STRING else "_varint_rest"
            self.source.add(f"if n > 127: n, pos = {longer}(data, pos, n)", "n -= 1")
        with self.source.block("if n < 0:"):
            null = f"{target} = None" if nullable else "raise ValueError"
            if nullable and not compact:
                self.source.add("if n != -1: raise ValueError")
            self.source.add(null)
        with self.source.block("else:"):
            self._content(type_, target, depth)

    def _content(self, type_: FieldType, target: str, depth: int) -> None:
        add = self.source.add
        if isinstance(type_, Array):
            self._array(type_.element, target, depth)
            return
        add("_end = pos + n")
        if type_ is RECORDS:
            add(f"{target} = _view[pos:_end]")
        elif type_ is STRING:
            self._string(target)
        else:
            assert type_ is BYTES
            copied = "bytes(data[pos:_end])" if self._any_buffer else "data[pos:_end]"
            add(f"{target} = {copied}")
        add("pos = _end")

    def _string(self, target: str) -> None:
        text = 'str(data[pos:_end], "utf-8")'
        if not self._any_buffer:
            text = "data[pos:_end].decode()"
        self.source.add(f"{target} = {text}")

    # -- arrays

    def _array(self, element: FieldType, target: str, depth: int) -> None:
        if isinstance(element, WireType) and element.size:
            self._numbers(element, target)
            return
        add = self.source.add
        items, item = f"_items_{depth}", f"_item_{depth}"
        add("if n > _size - pos: raise ValueError", f"{items} = []")
        self._count("n")
        with self.source.block("for _ in range(n):"):
            if isinstance(element, type):
                self._struct(element, item, depth + 1)
            else:
                self._sized(
                    element, item, depth, nullable=False, compact=self._is_flexible
                )
            add(f"{items}.append({item})")
        add(f"{target} = tuple({items})")

    def _numbers(self, element: WireType, target: str) -> None:
        fmt = element.format
        small = self.source.once(
            f"_small_{identifier(fmt)}", lambda: small_unpackers(fmt)
        )
        add = self.source.add
        with self.source.block(f"if n < {SMALL}:"):
            add(f"{target} = {small}[n](data, pos)", f"pos += n * {element.size}")
        with self.source.block("else:"):
            add(f"{target}, pos = _many(data, pos, n, {fmt!r})")
