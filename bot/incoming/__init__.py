"""Incoming messages: make pictures of files, and select the pictures that a question is about.

Read `attachments` first (the files of a message), then `media` (fetch and keep them) with `downloads` and `bodies`,
then `pictures` (select those that a question means). `admins` checks who decides in a chat.
"""
