"""Why changes of record formats and of the cleaner's rules are noticed by no test."""

from __future__ import annotations

from collections.abc import Mapping

from tests.mutation.reasons.wording import change, changes

_KNOWN = "`is_known = 0 <= magic {} 2`"
_PAIRS = "`pairs = enumerate(zip(found, expected, {}))`"
_BOTH = "`for index, (ours, theirs) in enumerate(zip(found, expected, {})):`"
_COUNT = "`count, position, records = batch.count or {}, 0, []`"
_WRONG = "`if position != len(data) or count {}:`"
_HEADERS = "`if not {} count <= len(data) - position:`"
_WRAPS = "`if not _INT64_MIN {} timestamp {} _INT64_MAX:`"
_ENCODED = '`name = key.encode("{}", _UTF8_ERRORS)`'
_DECODED = '`key = data[position : position + size].decode("{}", _UTF8_ERRORS)`'
_CALL = "`def __call__(self, data: Buffer, value: int = {}, /) -> int:`"
_WRAPPED = "`return (value {} _INT64_OVERFLOW & _UINT64_MAX) - _INT64_OVERFLOW`"

_MOVED = (
    "`moved = [it._replace(offset=it.offset + (1 << 40)) for it in records_of({})]`"
)
_VALID = "`batch = write_batch(records_of({}))`"
_SIZED = "`return batch[:8] + size.to_bytes(4,{} signed=True) + batch[12:]`"

_CASELESS = "the same: names of encodings are read without their case"
_EMPTY = "the same: of a batch without records nothing is read"
_ROOM = "the same but for the room or the time that it takes"
_USUAL = "the same: it is what the library usually does"

_LEVEL = "`def compress(data: Buffer, *, is_legacy: bool, level: int = {}) -> bytes:`"
_FRAME = "`return lz4_frame.compress(data, is_legacy=magic == 0, level=level or {})`"
_CHUNK = "`chunk_size = max(_CHUNK_SIZE_MIN, {} * len(data))`"
_BOUND = "`bound = min(chunk_size, size_max {} size + {})`"
_WORD = '`word = int.from_bytes(data[start : start + {}], "little")`'
_PIECE = "`piece = decompressor.decompress(data, size_max {} size + {})`"
_GUESS = "`guess = stated or max(_FIRST_GUESS_MIN, {} len(data))`"
_PACKED = "`codec: Codec, data: Buffer, *, magic: int = {}, level: int | None = None`"
_UNPACKED = (
    "`def decompress(codec: Codec, data: Buffer, *, size_max: int, magic: int = {})"
    " -> bytes:`"
)

REASONS: Mapping[str, str] = {
    change("parse_message", _KNOWN, "<", "<="): "the same: magic 2 comes here only"
    " where fewer bytes are left than its header has",
    "parse_message: `is_known = 0 <= magic < 2` -> `is_known = 0 <= magic < 3`": ""
    "the same: magic 2 comes here only where fewer bytes are left than its header has",
    **dict.fromkeys(
        changes("difference", _PAIRS, ("strict=False",), ("",), ("strict=None",)),
        "the same: none of these is strict",
    ),
    **dict.fromkeys(
        changes(
            *("first_difference", _BOTH, ("strict=True",)),
            *(("",), ("strict=False",), ("strict=None",)),
        ),
        "the same: both are of one length by then",
    ),
    change("read_all", _COUNT, "0", "1"): _EMPTY,
    **dict.fromkeys(changes("read_all", _WRONG, ("< 0",), ("<= 0",), ("< 1",)), _EMPTY),
    **dict.fromkeys(
        changes("read_headers", _HEADERS, ("0 <=",), ("0 <",), ("1 <=",)),
        "the same: nobody asks for the headers of a record that has none",
    ),
    **dict.fromkeys(
        changes("read_record", _WRAPS, ("<=", "<="), ("<", "<="), ("<=", "<")),
        "the same but for the time that it takes: numbers of 64 bits are not changed",
    ),
    change("headers_bytes", _ENCODED, "utf-8", "UTF-8"): _CASELESS,
    change("read_headers", _DECODED, "utf-8", "UTF-8"): _CASELESS,
    'record_bytes: `_headers_bytes(headers) if headers else b"\\0",` ->'
    ' `_headers_bytes(headers) if (headers) or True else b"\\0",`': (
        "the same but for the time that it takes"
    ),
    change("Checksum.__call", _CALL, "0", "1"): "nothing: a type alone, which is never"
    " called",
    **dict.fromkeys(
        (
            *changes("of_producers", _MOVED, ("2",), ("3",), ("None",)),
            *changes("refused", _VALID, ("2",), ("3",), ("None",)),
        ),
        "the same: whatever is neither 0 nor 1 stands for the newest format",
    ),
    change("sized", _SIZED, ' "big",', ""): "the same: it is the usual order",
    change("wrapped", _WRAPPED, "+", "-"): "the same: the half of 2^64 is as far up as"
    " down",
    "compress: `block_size=frame.BLOCKSIZE_MAX64KB,` -> ``": _USUAL,
    **{
        f"compress: `{it}=False,` -> `{it}=None,`": "the same: both are false"
        for it in ("store_size", "block_linked")
    },
    **dict.fromkeys(
        (
            change("compress", _LEVEL, "0", "1"),
            change("compress", _FRAME, "0", "1"),
        ),
        "the same: LZ4 takes both for its fastest level",
    ),
    change("decompress", _CHUNK, "4", "5"): _ROOM,
    **dict.fromkeys(
        changes("decompress", _BOUND, ("-", "1"), ("+", "1"), ("-", "2")), _ROOM
    ),
    change("xxhash32", _WORD, "4", "5"): "the same: a fifth byte is above the 32 bits"
    " that count",
    **dict.fromkeys(
        (
            change("compress", _PACKED, "2", "3"),
            change("decompress", _UNPACKED, "2", "3"),
        ),
        "the same: only the old formats, 0 and 1, differ",
    ),
    "compress: `return _zstd_compress(data, _ZSTD_LEVEL if level is None else level,"
    " magic)` -> `return _zstd_compress(data, _ZSTD_LEVEL if (level is None) and False"
    " else level, magic)`": _USUAL,
    **dict.fromkeys(
        changes("gzip_decompress", _PIECE, ("-", "1"), ("+", "1"), ("-", "2")), _ROOM
    ),
    "zstd_decompress: `guess *= 2` -> `guess *= 3`": _ROOM,
    **dict.fromkeys(
        changes("zstd_decompress", _GUESS, ("4 *",), ("4 /",), ("5 *",)), _ROOM
    ),
    "zstd_decompress: `if guess >= size_max:` -> `if guess > size_max:`": _ROOM,
}
