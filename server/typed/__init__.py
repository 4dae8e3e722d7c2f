"""What people type into a field: text and email addresses. Phone numbers have a folder of their own."""
