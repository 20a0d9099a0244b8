"""How the columns of a file become ours: the model, guessing, presets, and applying it."""
