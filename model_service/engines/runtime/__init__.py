"""From a loaded model to tokens and text.

Reading order: `runner` (prefill and decode), `kv_cache`, `prefix_cache` and `lru_cache` (what is kept), `batch`
(answers written together), `pacing` (a picture between their steps), `sampling` (the next token), `detokenizer` (text),
`cuda_graph` (a step in one launch), `warmup` (compiling kernels).
"""
