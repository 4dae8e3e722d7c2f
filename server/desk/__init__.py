"""Staff pages that combine several features."""
