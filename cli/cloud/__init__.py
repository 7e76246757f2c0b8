"""The local cloud: an AWS emulator of a pinned version, started, kept and stopped for one checkout."""
