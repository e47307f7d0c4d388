# The shape of a dummy tensor on the meta device that goes through the convolutional part.

# %% answer="linear1_in_features"
def linear1_in_features(image_size: int = 28) -> int:
    dummy = torch.empty(1, 1, image_size, image_size, device="meta")
    with torch.device("meta"):
        part = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
    return part(dummy).size(1)
