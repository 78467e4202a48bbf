"""How the trainer runs layers and optimizers fast: in arrays that are made once, in blocks, in tiles, fused."""
