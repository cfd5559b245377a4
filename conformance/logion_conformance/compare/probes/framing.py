"""What stands around requests: versions, unknown APIs, broken frames."""

from __future__ import annotations

from logion.protocol.headers import encode_request
from logion.protocol.messages.api_versions import ApiVersionsRequest
from logion.protocol.messages.metadata import MetadataRequest

from logion_conformance.compare.probe import Frame, Ground, Probe, Script, asking


def frame(
    key: int, version: int, body: bytes = b"", *, client: bytes = b"\0\1c"
) -> bytes:
    """Return a request of any API and version: an old header, and any body."""
    data = key.to_bytes(2, signed=True) + version.to_bytes(2, signed=True)
    data += (77).to_bytes(4) + client + body
    return len(data).to_bytes(4) + data


def sent(data: bytes) -> object:
    """Return the script that sends bytes."""

    def script(it: Ground) -> Script:
        yield Frame(data)

    return script


def encoded(request: object, version: int) -> bytes:
    """Return the frame of a request."""
    return b"".join(encode_request(request, version, 77, "c"))


def cut(it: Ground) -> Script:
    """A request ends before its last field."""
    whole = encoded(MetadataRequest(topics=()), it.version)[4:-1]
    yield Frame(len(whole).to_bytes(4) + whole)


def longer(it: Ground) -> Script:
    """A request has bytes after its last field."""
    whole = encoded(MetadataRequest(topics=()), it.version)[4:] + b"\0\0"
    yield Frame(len(whole).to_bytes(4) + whole)


def beyond(it: Ground) -> Script:
    """ApiVersions is asked in versions that are not known."""
    newest = it.version
    yield Frame(frame(18, newest + 1, b"\0"))
    yield Frame(frame(18, 99))
    yield Frame(frame(18, -1))


def beyond_others(it: Ground) -> Script:
    """An API is asked in a version that is not known."""
    yield Frame(frame(3, 99, b"\0\0\0\0"))


def pipelined(it: Ground) -> Script:
    """Two requests in one piece are answered in order."""
    both = frame(3, 0, b"\0\0\0\0")
    yield Frame(both)
    yield Frame(both)


def raw(way: str, data: bytes) -> Probe:
    """Return a probe of bytes, which no version changes."""
    return Probe("Metadata", way, sent(data), once=True)  # type: ignore[arg-type]


PROBES = (
    *asking(
        "ApiVersions",
        {
            "plain": lambda it: ApiVersionsRequest(),
            "named": lambda it: ApiVersionsRequest(
                client_software_name="logion", client_software_version="1.0"
            ),
            "badly-named": lambda it: ApiVersionsRequest(
                client_software_name="-a b-", client_software_version="1.0"
            ),
            "badly-versioned": lambda it: ApiVersionsRequest(
                client_software_name="logion", client_software_version="..."
            ),
        },
    ),
    Probe("ApiVersions", "unknown-versions", beyond, once=True),
    Probe("Metadata", "unknown-version", beyond_others, once=True),
    Probe("Metadata", "cut-short", cut),
    Probe("Metadata", "bytes-after", longer),
    raw("unknown-api", frame(999, 0)),
    raw("negative-api", frame(-1, 0)),
    raw("negative-version", frame(3, -1, b"\0\0\0\0")),
    raw("null-client", frame(3, 0, b"\0\0\0\0", client=b"\xff\xff")),
    raw("empty-client", frame(3, 0, b"\0\0\0\0", client=b"\0\0")),
    raw("client-of-negative-size", frame(3, 0, b"\0\0\0\0", client=b"\xff\xf0")),
    raw("client-longer-than-the-frame", frame(3, 0, b"", client=b"\x7f\xff")),
    raw("empty-frame", bytes(4)),
    raw("negative-frame", b"\xff\xff\xff\xff"),
    raw("frame-too-large", b"\x7f\xff\xff\xff" + bytes(8)),
    raw("header-cut-short", b"\0\0\0\4\0\3\0\0"),
    raw("huge-array", frame(3, 0, b"\x7f\xff\xff\xff")),
    raw("negative-array", frame(3, 0, b"\xff\xff\xff\xfe")),
    raw("null-array", frame(3, 0, b"\xff\xff\xff\xff")),
    raw("http", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    raw("sasl-handshake", frame(17, 0, b"\0\5PLAIN")),
    raw("controlled-shutdown", frame(7, 1, b"\0\0\0\1")),
    raw("leader-and-isr", frame(4, 0, bytes(16))),
    raw("vote", frame(52, 0, bytes(16))),
    raw("broker-heartbeat", frame(63, 0, bytes(32))),
)
