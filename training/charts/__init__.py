"""Bar and line charts."""
