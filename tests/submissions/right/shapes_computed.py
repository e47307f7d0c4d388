# The shapes computed by formulas, with an extra key for the input.

# %% answer="predicted_shapes"
batch, side = 64, 28
PREDICTED_SHAPES: dict[str, tuple[int, ...]] = {"input": (batch, 1, side, side)}
for block, channels in enumerate([32, 64], start=1):
    PREDICTED_SHAPES[f"conv{block}"] = (batch, channels, side, side)
    PREDICTED_SHAPES[f"relu{block}"] = PREDICTED_SHAPES[f"conv{block}"]
    side = conv_output_size(side, 2, stride=2)
    PREDICTED_SHAPES[f"pool{block}"] = (batch, channels, side, side)
PREDICTED_SHAPES["flatten"] = (batch, channels * side * side)
PREDICTED_SHAPES["linear1"] = PREDICTED_SHAPES["relu3"] = (batch, 128)
PREDICTED_SHAPES["linear2"] = (batch, 10)
