# Greek and other Unicode names.

# %% answer="train"
def train(dataloader, model, loss_fn, optimizer, epochs=5):
    """Ein Durchgang je Époque; gibt die mittleren Verluste zurück."""
    gerät = next(model.parameters()).device
    μ = []
    for ε in range(epochs):
        model.train()
        Σ, ν = 0.0, 0
        for χ, ψ in dataloader:
            χ, ψ = χ.to(gerät), ψ.to(gerät)
            ŷ = model(χ)
            ℓ = loss_fn(ŷ, ψ)
            optimizer.zero_grad()
            ℓ.backward()
            optimizer.step()
            Σ += float(ℓ)
            ν += 1
        μ.append(Σ / ν)
        print(f"ε={ε}: ⟨ℓ⟩={μ[-1]:.4f} ✓")
    return μ
