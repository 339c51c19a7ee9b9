"""The single checks of `eyeglass check`."""
