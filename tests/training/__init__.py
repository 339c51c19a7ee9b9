"""The pocket model's training data, exam and samples."""
