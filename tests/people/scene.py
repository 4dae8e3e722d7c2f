"""The form of a patient, filled in."""

FORM = {
    "name": "Ada Fox",
    "zone": "America/Chicago",
    "phone": "(212) 555-0199",
    "caregiver_phone": "(212) 555-0198",
    "contact": "text",
    "instructions": "Bring the mask machine.",
}
