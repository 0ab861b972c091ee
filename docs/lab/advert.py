#!/usr/bin/env python3
"""Sends by hand what routers would send, on a segment that is there to be disturbed. Needs root.

A VRRP advert: advert.py source=192.0.2.66 priority=255. CARP: advert.py carp=51. A gratuitous ARP: advert.py arp=192.0.2.100 mac=02:00:00:00:00:66.
"""
import socket
import struct
import sys
import time

given = {
    "source": "192.0.2.66", "vrid": "51", "priority": "100", "version": "3", "interval": "1", "addresses": "192.0.2.100",
    "ttl": "255", "checksum": "pseudo_header", "every": "", "count": "1", "carp": "", "arp": "", "mac": "", "dev": "eth0",
}
given.update(argument.split("=", 1) for argument in sys.argv[1:])
group = socket.inet_aton("224.0.0.18")
source = socket.inet_aton(given["source"])


def checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def advert() -> bytes:
    version, vrid, priority, interval = int(given["version"]), int(given["vrid"]), int(given["priority"]), float(given["interval"])
    addresses = [socket.inet_aton(address) for address in given["addresses"].split(",")]
    timer = int(interval) if version == 2 else round(interval * 100)
    head = struct.pack("!BBBB", version << 4 | 1, vrid, priority, len(addresses)) + struct.pack("!H", timer)
    rest = b"".join(addresses) + (bytes(8) if version == 2 else b"")
    pseudo = b""
    if version == 3 and given["checksum"] == "pseudo_header":
        pseudo = source + group + struct.pack("!HH", 112, len(head) + 2 + len(rest))
    total = 0xBAD if given["checksum"] == "bad" else checksum(pseudo + head + bytes(2) + rest)
    return head + struct.pack("!H", total) + rest


def carp() -> bytes:
    """Version 2, type 1: vhid, advskew, authlen, reserved, advbase, checksum, counter, digest."""
    parts = struct.pack("!BBBBBB", 0x21, int(given["carp"]), 0, 7, 0, 1), bytes(8) + bytes(range(20))
    return parts[0] + struct.pack("!H", checksum(parts[0] + bytes(2) + parts[1])) + parts[1]


def gratuitous_arp() -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
        link.bind((given["dev"], 0))
        mac = bytes.fromhex(given["mac"].replace(":", "")) or link.getsockname()[4]
        address, everybody = socket.inet_aton(given["arp"]), b"\xff" * 6
        link.send(everybody + mac + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + mac + address + everybody + address)


if given["arp"]:
    gratuitous_arp()
    sys.exit()
sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, given["dev"].encode())
for n in range(int(given["count"])):
    if n > 0:
        time.sleep(float(given["every"] or given["interval"]))
    payload = carp() if given["carp"] else advert()
    ip = struct.pack("!BBHHHBBH", 0x45, 0xC0, 20 + len(payload), 0, 0x4000, int(given["ttl"]), 112, 0) + source + group
    sender.sendto(ip + payload, ("224.0.0.18", 0))
