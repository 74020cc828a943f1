//! HL7 v2, FHIR bundles and council CSV to UK Core FHIR.
