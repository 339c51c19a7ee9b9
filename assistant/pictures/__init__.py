"""Pictures: check, store size-limited copies, read them again.

Read `library` first: it has files opened by `documents`, their pictures checked and copied by `normalize`, and stored
by `copies`. What a file is, `kinds` tells; `tiff` takes a TIFF's pages apart, `document_process` renders a PDF's in a
process of its own. `selection` says which pages a question names, `refusals` why something cannot be read.
`fair_slots` shares slow work fairly among the chats, `threads` waits for it to its end, and `memory` returns freed
memory to the system. The rows about pictures are `assistant.storage.pictures`.
"""
