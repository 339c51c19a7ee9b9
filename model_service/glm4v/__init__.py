"""GLM-4V, natively: the engine behind the model service."""
