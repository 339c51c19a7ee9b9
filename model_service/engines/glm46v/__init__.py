"""GLM-4.6V-Flash, GLM-4.1V-9B and GLM-OCR, natively: what differs from GLM-4V, whose attention and MLP they share.

Reading order: `config`, `rotary`, `language`, `vision`, `model`, `tensors` (the checkpoint's names); then `dial`,
`tokenizer`, `chat` (the checkpoint's template) and `answer` (what of a text is the answer).
"""
