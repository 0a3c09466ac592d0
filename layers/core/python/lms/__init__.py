"""What functions share."""

import gc

# Imports make a hundred thousand objects and hardly any garbage: looking through them as often as Python does by
# itself takes a tenth of a cold start.
gc.set_threshold(50_000, 20, 20)
