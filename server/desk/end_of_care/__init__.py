"""A patient has died or goes into hospice care: messages and visits end in one act."""
