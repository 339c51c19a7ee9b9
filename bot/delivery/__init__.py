"""How an answer gets onto the screen, and stays right when Telegram is slow or fails.

Read `reply` first: one answer, from "typing" to its last word. It stands on `post` (one message that is edited),
`looks` (whose turn it is to edit) and `drafts` (Telegram's own preview); these on `pacing` (who waits after "too many
requests") and `sending` (what a failed request means). What is to be seen is said by `progress` before an answer is
whole, by `combining` where it is about several pictures, and by `footer` under it.
"""
