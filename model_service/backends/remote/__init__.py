"""A model on a server that speaks OpenAI's protocol, behind the Backend protocol."""
