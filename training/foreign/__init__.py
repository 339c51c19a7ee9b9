"""Pictures from outside the pocket model's world."""
