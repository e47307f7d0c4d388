# Recursive, one call for each block.

# %% answer="linear1_in_features"
def linear1_in_features(image_size: int = 28) -> int:
    def after(blocks: int) -> int:
        if blocks == 0:
            return image_size
        return conv_output_size(conv_output_size(after(blocks - 1), 3, 1), 2, 0, 2)

    return 64 * after(2) ** 2
