"""Data for other programs: calendar files, a patient's own data, metrics."""
