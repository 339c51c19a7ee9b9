"""Where requests are run: `backend` is what the service drives, `engine_thread` runs an engine in this process."""
