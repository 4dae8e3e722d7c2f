"""Export a patient's data in FHIR R4."""
