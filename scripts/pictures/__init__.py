"""Scenes of the documents' pictures; `scripts/docs_images.py` plays them."""
