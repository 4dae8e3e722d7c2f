"""Shared by every page: rendering, forms, error pages, assets, and the pages before sign-in."""
