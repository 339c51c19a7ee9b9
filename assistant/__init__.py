"""A question about pictures becomes an answer. Knows neither Telegram nor HTTP: front ends call it."""
