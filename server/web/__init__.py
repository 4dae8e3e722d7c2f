"""What every page needs: rendering, forms, problems, assets, and the pages before anyone signs in."""
