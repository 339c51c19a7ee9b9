"""What was sent, and what is meant: files become pictures, words a question about some of them.

Read `attachments` first (what hangs on a message), then `media` (it becomes a checked copy) with `downloads` and
`bodies`, then `pictures` (which of them a question means). `admins` knows who decides in a chat.
"""
