"""What hangs on a message until it is a bounded copy on the disk.

Read `attachments` first (what a message carries that can be looked at), then `media`, which has it fetched by
`downloads` (within the bounds of `bodies`), checked by `pixels`, which makes the copy, and kept by `copies`. Pages of a
document come from `pdf`, drawn by `pdf_process` in a process of its own. `fair_slots` shares out among the chats what
takes long. The rows about all of them are `assistant.storage.pictures`.
"""
