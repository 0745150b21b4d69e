"""The commands of `hientruong`, one module for each."""
