"""The processes in which student code runs, and what holds them."""
