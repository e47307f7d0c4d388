# Rounds the halves up, as a pool with ceil_mode would.
# loses: linear1_in_features

# %% answer="linear1_in_features"
def linear1_in_features(image_size: int = 28) -> int:
    """Numbers per image that reach `linear1` of `SimpleCNN`."""
    size = image_size
    for _ in range(2):
        size = (size + 1) // 2
    return 64 * size * size
