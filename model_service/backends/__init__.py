"""Backends run requests: `backend` is the protocol, `engine_thread` runs an engine in this process, `cards` several."""
