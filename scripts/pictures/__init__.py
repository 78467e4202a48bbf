"""Scenes that take the pictures of docs/images; `scripts/docs_images.py` plays them."""
