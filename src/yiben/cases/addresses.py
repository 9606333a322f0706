"""Where subscriptions may send to (推送地址): hosts that the machine's owner listed, and nothing inside.

A subscription's address is typed into a page; the server must not be talked into reaching its own
network. So the host stands in YIBEN_WEBHOOKS, its addresses are looked up once, every one of them is
checked, and the connection goes to the one that was checked. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

INSIDE = "inside:"
PORTS = {"https": 443, "http": 80}
SECONDS, MOST_SECONDS = 5, 15


class BadAddress(ValueError):
    """An address that nothing may be sent to; says what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Address:
    """An allowed address (已准地址), taken apart."""

    scheme: str
    host: str
    port: int
    path: str
    is_inside: bool


def allowed_hosts(setting: str) -> dict[tuple[str, int], bool]:
    """The listed hosts with their ports, and whether they lie in the own network.

    `host` is reached over HTTPS at port 443, `host:port` at that port; `inside:` before it allows
    addresses of the own network, and plain HTTP.
    """
    found = {}
    for part in setting.replace(",", " ").split():
        is_inside = part.startswith(INSIDE)
        host, colon, port = part.removeprefix(INSIDE).rpartition(":")
        name, number = (host, port) if colon else (port, "")
        for one in [int(number)] if number.isdecimal() else [443, 80] if is_inside else [443]:
            found[name.lower(), one] = is_inside
    return found


def address_of(url: str, *, setting: str) -> Address:
    """The address, if it may be sent to. Raises BadAddress."""
    if len(url) > 500 or not url.isascii() or not url.isprintable() or " " in url:
        raise BadAddress("found a broken address, expected https://host/path")
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise BadAddress("found a broken address, expected https://host/path") from error
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None or parts.fragment:
        raise BadAddress("found no plain web address, expected https://host/path")
    hosts = allowed_hosts(setting)
    if (parts.hostname, port) not in hosts:
        listed = ", ".join(sorted({f"{host}:{number}" for host, number in hosts})) or "none"
        raise BadAddress(f"found host {parts.hostname}:{port}, expected one of YIBEN_WEBHOOKS: {listed}")
    is_inside = hosts[parts.hostname, port]
    if parts.scheme != "https" and not is_inside:
        raise BadAddress("found http://, expected https://")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme, parts.hostname, port, path, is_inside)


def checked_ip(address: Address) -> str:
    """An IP address of the host, once every one of them is known to be allowed. Raises BadAddress, OSError."""
    found = {
        str(row[4][0]) for row in socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    }
    for text in found:
        ip = ipaddress.ip_address(text.partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        never = ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved
        if never or not (ip.is_global or address.is_inside):
            raise BadAddress(f"found {ip}, expected a public address (or inside: in YIBEN_WEBHOOKS)")
    return sorted(found)[0]


def post(address: Address, body: bytes, headers: Mapping[str, str]) -> int:
    """Send, and give the answer's status; its body is left unread. Raises BadAddress, OSError, HTTPException."""
    line: socket.socket = socket.create_connection((checked_ip(address), address.port), timeout=SECONDS)
    # Each wait is short; the timer bounds all of them together.
    timer = threading.Timer(MOST_SECONDS, lambda: line.shutdown(socket.SHUT_RDWR))
    timer.start()
    try:
        if address.scheme == "https":
            line = ssl.create_default_context().wrap_socket(line, server_hostname=address.host)
        talk = http.client.HTTPConnection(address.host, address.port, timeout=SECONDS)
        talk.sock = line
        talk.request("POST", address.path, body=body, headers=dict(headers))
        return talk.getresponse().status
    finally:
        timer.cancel()
        line.close()
