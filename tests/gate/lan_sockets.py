"""Boxes of one site that talk by real sockets of this machine."""

import socket
from dataclasses import replace

import free_ports
import gate_kit as kit
from gate_kit import NOW
from iot_handlers.scenic_gate.config import parse
from lan_kit import EVERYWHERE, lan_config


def free_port():
    """Return a UDP port that nobody uses."""
    return free_ports.free_port(socket.SOCK_DGRAM)


def make_box(folder, number, ports, **lan_options):
    """Start box `number`; `ports`: {number: UDP port}; `lan_options` replace the usual ones."""
    box = kit.box(folder)
    lan = lan_config(number, dict.fromkeys(ports, EVERYWHERE))
    lan["port"] = ports[number]
    for peer in lan["peers"]:
        peer["port"] = ports[peer["box"]]
    config = parse(kit.config(lanes=[kit.lane_config(f"L{number}")], lan=lan))
    box.engine.configure(replace(config, lan=replace(config.lan, **lan_options)))
    box.engine.trusted, box.engine.contact = True, NOW
    box.clock.now = lambda: NOW
    box.start()
    return box
