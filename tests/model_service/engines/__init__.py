"""GLM-4V, part by part."""
