"""Where it keeps happening, from the question to what was found."""
