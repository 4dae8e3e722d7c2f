"""Drafts, responses, conflicting versions, history and entry by phone; subfolders: questions/ and offline/."""
