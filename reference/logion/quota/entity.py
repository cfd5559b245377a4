"""Whom a quota is for: users, client ids and addresses, and their defaults (KIP-546).

Names are kept as Kafka keeps them in the paths of ZooKeeper: percent-encoded, so that
no name can be taken for `<default>`.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import quote, unquote

DEFAULT = "<default>"
"""Stands for all that have no quota of their own."""

USER = "user"
CLIENT_ID = "client-id"
IP = "ip"

KINDS = (USER, CLIENT_ID, IP)
"""What a part of an entity can be, as requests call it."""

_PATH = re.compile(
    r"users/(?P<user>[^/]+)(?:/clients/(?P<of_user>[^/]+))?"
    r"|clients/(?P<client_id>[^/]+)"
    r"|ips/(?P<ip>[^/]+)"
)


class Entity(NamedTuple):
    """A user, a client id, both together, or an address; None where it has no part."""

    user: str | None = None
    client_id: str | None = None
    ip: str | None = None

    @property
    def parts(self) -> tuple[tuple[str, str | None], ...]:
        """Return kind and plain name of each part; None for the default."""
        named = zip(KINDS, self, strict=True)
        return tuple((kind, plain(name)) for kind, name in named if name is not None)

    @property
    def path(self) -> str:
        """Return where its settings are, below `/config`."""
        if self.user is None:
            kind, name = (
                ("clients", self.client_id) if self.ip is None else ("ips", self.ip)
            )
            return f"{kind}/{name}"
        own = f"users/{self.user}"
        return own if self.client_id is None else f"{own}/clients/{self.client_id}"


def entity_at(path: str) -> Entity | None:
    """Return whose settings lie at a path below `/config`; None for other settings."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    client_id = found["client_id"] or found["of_user"]
    return Entity(found["user"], client_id, found["ip"])


def encoded(name: str | None) -> str:
    """Return a name as it stands in a path; None is the default's."""
    return DEFAULT if name is None else quote(name, safe="").replace("~", "%7E")


def plain(name: str) -> str | None:
    """Return the name that `encoded` made; None for the default."""
    return None if name == DEFAULT else unquote(name)


def address_of(text: str) -> str:
    """Return an IP address as all of its spellings are written here.

    An IPv4 address within an IPv6 one is that IPv4 address; what is no address stays.
    """
    try:
        found = ip_address(text)
    except ValueError:
        return text
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
