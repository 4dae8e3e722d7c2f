"""Read what people type into fields. Phone numbers have a folder of their own."""
