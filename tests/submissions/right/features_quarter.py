# A quarter of the size, rounded down, since only the pools change it.

# %% answer="linear1_in_features"
def linear1_in_features(image_size: int = 28) -> int:
    side = image_size // 4
    return 64 * side * side
