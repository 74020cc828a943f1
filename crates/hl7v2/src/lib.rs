//! HL7 v2: bytes to message and back, lossless; MLLP frames; acknowledgements.
