//! The FHIR R4 (UK Core) resources and datatypes Chesil uses.
