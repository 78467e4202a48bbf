"""Studies in the lab: their store, their progress, how they feed the queue, and who sees them."""
