"""What a model wrote, in Markdown, as a text with forms and as tables; each front end shows it in its own way.

Read `reading` first: pyromark's events, walked by `blocks` and `inline`, become a `document`. `growing` closes what an
unfinished answer has open, `spreadsheet` makes a file of a table.
"""
