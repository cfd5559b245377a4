"""Compiles the writer of one message version: a flat function, no call per struct.

The writer takes `(message, out, payloads)`: it appends pieces of bytes to `out`, each
RECORDS payload as the object it is, and notes in `payloads` where those stand. Values
of fixed size, lengths and arrays of numbers that follow one another are packed by one
call; lengths that need a longer varint fail that call and are packed again by
`Run.wide`. A wrong value raises one of `WRITE_FAILURES`, and `logion.protocol.explain`
says which it was.

Every variable of the source has a name of its own, since a run may use it late.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from struct import Struct
from struct import error as struct_error

from logion.protocol.primitives import (
    BYTES_OF,
    AbsentFieldError,
    Run,
    tag_bodies,
    varint,
)
from logion.protocol.schema import (
    RECORDS,
    STRING,
    UUID,
    Array,
    Field,
    FieldType,
    WireType,
    default_of,
    schema_of,
)
from logion.protocol.source import Source, identifier


def writer_source(cls: type, version: int) -> Source:
    """Return the source of the function `write` for one version of a message."""
    return _Writer(cls, version).source


class _Writer:
    """Writes one writer. `_run` holds (token, expression) pairs not yet packed."""

    def __init__(self, cls: type, version: int) -> None:
        self.source = Source()
        self._version = version
        self._is_flexible = version in schema_of(cls).flexible
        self._run: list[tuple[str, str]] = []
        self._counts: list[str] = []
        self._put = "_put"
        self._serial = 0
        self._use(BYTES_OF, "_bytes_of")
        self._use(varint, "_varint")
        self._use(tag_bodies, "_tag_bodies")
        self._use(struct_error, "_error")
        self._use(AbsentFieldError, "_absent")
        with self.source.block("def write(message, out, payloads):"):
            self.source.add("_put = out.append")
            self._struct(cls, "message")
            self._flush()

    def _use(self, value: object, name: str) -> None:
        self.source.constant(name, value)

    def _name(self, what: str) -> str:
        """Return a name nothing else has."""
        self._serial += 1
        return f"_{what}_{self._serial}"

    # -- runs

    def _item(self, token: str, expression: str) -> None:
        self._run.append((token, expression))

    def _flush(self) -> None:
        """Pack the run that has gathered."""
        tokens = tuple(token for token, _ in self._run)
        values = ", ".join(expression for _, expression in self._run)
        counts, self._run, self._counts = self._counts, [], []
        if not tokens:
            return
        if tokens == ("V",):
            self.source.add(
                f"_n = {values}",
                f"{self._put}(_bytes_of[_n] if _n < 128 else _varint(_n))",
            )
        elif counts or "V" in tokens or "S" in tokens:
            self._flush_varying(tokens, values, counts)
        else:
            fmt = "".join(tokens)
            pack = Struct(f">{fmt}").pack
            name = self.source.once(f"_pack_{identifier(fmt)}", lambda: pack)
            self.source.add(f"{self._put}({name}({values}))")

    def _flush_varying(
        self, tokens: tuple[str, ...], values: str, counts: list[str]
    ) -> None:
        run = Run(tokens)
        name = self.source.constant(self._name("run"), run)
        shape = f"({''.join(count + ', ' for count in counts)})"
        packer = f"{name}[{shape}]"
        if not counts:
            packer = self.source.constant(self._name("pack"), run[()])
        with self.source.block("try:"):
            self.source.add(f"{self._put}({packer}({values}))")
        with self.source.block("except _error:"):
            self.source.add(f"{self._put}({name}.wide({shape}, {values}))")

    # -- structs

    def _struct(self, cls: type, owner: str) -> None:
        """Write the struct in the variable `owner`, but for its last run."""
        tagged = []
        for field in schema_of(cls).fields:
            if self._version not in field.versions:
                self._absent_field(field, owner)
            elif self._is_flexible and field.is_tagged(self._version):
                tagged.append(field)
            else:
                self._field(field, owner)
        if self._is_flexible:
            self._tag_section(tagged, owner)

    def _absent_field(self, field: Field, owner: str) -> None:
        if field.ignorable:
            return
        wrong = self._differs(f"{owner}.{field.name}", default_of(field))
        self.source.add(f"if {wrong}: raise _absent({field.json!r})")

    def _differs(self, value: str, default: object) -> str:
        """Return the condition that a value is not the default."""
        literal = self.source.literal(default)
        if default is None:
            return f"{value} is not None"
        if literal.startswith("default"):
            # Most often it is the very object, and comparing structs is slow.
            return f"{value} is not {literal} and {value} != {literal}"
        return f"{value} != {literal}"

    def _tag_section(self, tagged: list[Field], owner: str) -> None:
        tags = self._name("tags")
        self.source.add(f"{tags} = {owner}.unknown_tags")
        if tagged:
            self._flush()
            for field in tagged:
                self._tagged_field(field, owner, tags)
        self._item("V", f"len({tags})")
        self._flush()
        self.source.add(f"if {tags}: {self._put}(_tag_bodies({tags}))")

    def _tagged_field(self, field: Field, owner: str, tags: str) -> None:
        value = f"{owner}.{field.name}"
        with self.source.block(f"if {self._differs(value, default_of(field))}:"):
            pieces = self._name("pieces")
            self.source.add(f"{pieces} = []")
            with self._into(f"{pieces}.append"):
                self._field(field, owner)
                self._flush()
            self.source.add(f"{tags} += (({field.tag}, b''.join({pieces})),)")

    @contextmanager
    def _into(self, put: str) -> Iterator[None]:
        """Let what is written meanwhile go to another list of pieces."""
        before, self._put = self._put, put
        yield
        self._put = before

    # -- fields

    def _field(self, field: Field, owner: str) -> None:
        is_nullable = self._version in field.nullable
        value = f"{owner}.{field.name}"
        if isinstance(field.type, WireType) and field.type.size:
            if field.type is UUID:  # `struct` would pad or cut it
                self.source.add(f"if len({value}) != {UUID.size}: raise _error")
            self._item(field.type.format, value)
            return
        name = self._name(field.name)
        if isinstance(field.type, type):
            null = None
            if is_nullable:
                null = b"\0" if field.is_tagged(self._version) else b"\xff"
            self._nested(field.type, name, value, null=null)
            return
        self.source.add(f"{name} = {value}")
        compact = self._is_flexible and field.is_flexible
        self._sized(field.type, name, nullable=is_nullable, compact=compact)

    def _nested(self, cls: type, name: str, value: str, *, null: bytes | None) -> None:
        """Write a struct; `null` is the byte that stands for none, if it may be null.

        That is an int8 of -1, but in a tagged field an unsigned varint of 0.
        """
        if null is None:
            self.source.add(f"{name} = {value}")
            self._struct(cls, name)
            return
        self._flush()
        self.source.add(f"{name} = {value}")
        with self.source.block(f"if {name} is None:"):
            self.source.add(f"{self._put}({null!r})")
        with self.source.block("else:"):
            self._item("b", "1")
            self._struct(cls, name)
            self._flush()

    def _sized(
        self, type_: FieldType, name: str, *, nullable: bool, compact: bool
    ) -> None:
        """Write what begins with its length: the value in the variable `name`."""
        length = f"len({name}) + 1" if compact else f"len({name})"
        if nullable:
            length = self._nullable_length(type_, name, length, compact=compact)
        elif type_ is STRING:
            self.source.add(f"{name} = {name}.encode()")
        if type_ is STRING:
            self._item("S" if compact else "h", length)
        else:
            self._item("V" if compact else "i", length)
        self._content(type_, name)

    def _nullable_length(
        self, type_: FieldType, name: str, length: str, *, compact: bool
    ) -> str:
        """Make null an empty value, and return the variable that tells it apart."""
        count = self._name("n")
        null = 0 if compact else -1
        empty = "()" if isinstance(type_, Array) else "b''"
        with self.source.block(f"if {name} is None:"):
            self.source.add(f"{count} = {null}", f"{name} = {empty}")
        with self.source.block("else:"):
            if type_ is STRING:
                self.source.add(f"{name} = {name}.encode()")
            self.source.add(f"{count} = {length}")
        return count

    def _content(self, type_: FieldType, name: str) -> None:
        if isinstance(type_, Array):
            self._array(type_.element, name)
            return
        self._flush()
        if type_ is RECORDS:
            assert self._put == "_put", "records in a tagged field"
            self.source.add("payloads.append(len(out))")
        self.source.add(f"{self._put}({name})")

    def _array(self, element: FieldType, name: str) -> None:
        if isinstance(element, WireType) and element.size:
            self._numbers(element, name)
            return
        self._flush()
        item = self._name("item")
        with self.source.block(f"for {item} in {name}:"):
            if isinstance(element, type):
                self._struct(element, item)
            else:
                self._sized(element, item, nullable=False, compact=self._is_flexible)
            self._flush()
            self.source.add("pass")  # a struct may have no field in this version

    def _numbers(self, element: WireType, name: str) -> None:
        if len(element.format) == 1:
            self._counts.append(f"len({name})")
            self._item(f"*{element.format}", f"*{name}")
            return
        self._flush()
        sizes = f"{{*map(len, {name})}}"
        self.source.add(
            f"if {sizes} - {{{element.size}}}: raise _error",
            f"{self._put}(b''.join({name}))",
        )
