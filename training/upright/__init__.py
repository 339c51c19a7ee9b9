"""Train the network that judges which way up print is: `python -m training.upright`.

Read `sheets` first: it draws pictures that stand upright, in many scripts. `examples` cuts their pieces; `network` is
what learns from them, each piece turned in all four ways.
"""
