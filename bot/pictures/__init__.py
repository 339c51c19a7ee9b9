"""What hangs on a message until it is a bounded copy on the disk.

Read `attachments` first (what a message carries that can be looked at), then `media`, which downloads it, and `pixels`,
which checks the bytes and makes the copy. Pages of a document come from `pdf`, drawn by `pdf_process` in a process of
its own. The rows about all of them are `bot.storage.pictures`.
"""
