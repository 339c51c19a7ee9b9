"""Delivery: get answers onto the screen, and keep them right when Telegram is slow or fails.

Read `reply` first: one answer, from "typing" to its last word. It stands on `message` (one message that is edited),
`edit_throttle` (whose turn it is to edit) and `drafts` (Telegram's own preview); these on `rate_limiter` (wait after
"too many requests") and `errors` (the meaning of a failed request). `answer_text` and `answer_buttons` are those of a
whole answer; what is said while it is unfinished, and what stands under it, is the assistant's.
"""
