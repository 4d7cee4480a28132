"""CosmoHub's roof: settings, wiring and main; the front door, sessions, wire, fan-out and bus."""

__version__ = "0.1.0"
