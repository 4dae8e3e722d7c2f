"""What is asked: questionnaires as FHIR R4, in versions."""
