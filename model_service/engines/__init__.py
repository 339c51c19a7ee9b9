"""Engines that run in this process. Reading order: `engine` (the protocol), `model` (what an engine asks of a network),
`glm4v` (that network), `weights` (from files to a model), `runtime` (from a model to tokens), `kernels`,
`glm4v_engine`, which puts them together, and `load`, which finds and loads one.
"""
