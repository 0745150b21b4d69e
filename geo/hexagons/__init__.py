"""H3 cells on arrays, and the grid of a city made of them."""
