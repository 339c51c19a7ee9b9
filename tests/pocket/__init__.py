"""What the pocket model is held to: real weights, the real engine, the real service."""
