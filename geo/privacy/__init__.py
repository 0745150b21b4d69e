"""What everybody may see: groups of at least five people, fixed before anybody asks."""
