"""What every page needs: rendering, forms, error pages, assets, and the pages before sign-in."""
