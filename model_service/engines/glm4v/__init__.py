"""GLM-4V, natively: the network and its input, nothing else.

Reading order: `config`, `rotary`, `attention`, `language`, `vision`, `model`; then `image`, `tokenizer` and `prompt`.
"""

import os

# Torch's threads otherwise burn a core while they wait for each other, which on a machine that does something else as
# well makes an answer three times slower and holds up the event loop. It is read when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
