"""Questionnaires as FHIR R4 resources, in versions."""
