"""The patient's pages that put several features together."""
