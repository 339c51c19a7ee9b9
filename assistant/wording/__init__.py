"""Parse the wording of a question.

`question` reads the level of detail, the task and the tags in it, with `regions` (which part of a picture it names);
`pages` finds which pictures or pages it names.
"""
