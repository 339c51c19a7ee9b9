"""The exam's real half: pictures from packages, and questions with answers that were written down by eye."""
