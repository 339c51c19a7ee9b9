"""From a checkpoint's files to a model on its device.

Reading order: `families` and `checkpoint` (which files), `layout` and `memory_plan` (what goes where), `nf4` (in four
bits), `shards` and `readahead` (reading), `loading` (all of it), `packed_cache` and its writer (the next start), and
`offload`.
"""
