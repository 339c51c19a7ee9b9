"""Turn a question about pictures into an answer. Knows neither Telegram nor HTTP: front ends call it."""
