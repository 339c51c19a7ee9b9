"""The family's dial of detail: a visual token sees 28x28 pixels, as GLM-4V's, but a picture of any shape keeps it.

A model takes 8 to 6,144 tokens of a picture; a person's dial ends at 1,600, as with every model.
"""

from model_service.detail import DetailDial

FEWEST, MOST = 8, 6144

GLM46V_DIAL = DetailDial(token_pixels=28, native_side=12, squashes_at_max=False, max_tokens=MOST, fewest=FEWEST)
