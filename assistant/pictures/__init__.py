"""Pictures: check, store size-limited copies, read them again.

Read `library` first: it has pictures checked and copied by `normalize`, and stored by `copies`. Pages of a document
come from `pdf`, rendered by `pdf_process` in a process of its own. `fair_slots` shares slow work fairly among the
chats, `threads` waits for it to its end, and `memory` returns freed memory to the system. The rows about pictures are
`assistant.storage.pictures`.
"""
