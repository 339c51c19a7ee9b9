"""What a question says, and the way that it takes until the model is asked.

`override` reads what a question says about itself, with `pages` (which pictures or pages it names) and `regions` (which
part of one). `asked` holds the open questions: whose turn it is, and how they are cancelled. `conversation` makes
question, history and picture one request to the model.
"""
