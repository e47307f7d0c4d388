# %% [markdown]
# # Softmax
#
# Two short tasks.

# %%
import torch

# %% [markdown]
# Softmax turns logits into probabilities: powers of e, divided by their sum.


# %% answer="softmax"
def softmax(logits: torch.Tensor) -> torch.Tensor:
    """Probabilities of each row of logits, (B, C) -> (B, C); large logits do not overflow."""
    ### BEGIN SOLUTION
    powers = torch.exp(logits - logits.max(dim=1, keepdim=True).values)
    return powers / powers.sum(dim=1, keepdim=True)
    ### END SOLUTION


# %% answer="probabilities"
PROBABILITIES = {
    "equal": 0.25,  # SOLUTION: of each of four equal logits
    "alone": 1.0,  # SOLUTION: of a single logit
}

# %% tags=["explore"]
print(softmax(torch.zeros(1, 4)))
