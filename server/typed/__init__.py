"""What people type into a field. Phone numbers have a folder of their own."""
