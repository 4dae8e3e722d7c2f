"""What a patient takes along, in FHIR R4."""
