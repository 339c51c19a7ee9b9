"""The engine behind OpenAI's protocol, for any program that speaks it: a front end on the model service alone."""
