"""Drawing pages, training the pocket model on them, and evaluating it."""
