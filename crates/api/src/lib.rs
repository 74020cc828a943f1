//! FHIR and operations over HTTP.
