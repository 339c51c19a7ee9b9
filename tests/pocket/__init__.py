"""Requirements on the pocket model: real weights, the real engine, the real service."""
