"""Build the images and run them, as an operator would: `python -m bench.image` (`make test-image`)."""
