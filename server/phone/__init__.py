"""Pages for patients and caregivers that combine several features."""
