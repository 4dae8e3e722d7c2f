"""The staff's pages that put several features together."""
