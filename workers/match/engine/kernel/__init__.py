"""The compiled part of the engine: flat arrays, and the functions that work on them."""
