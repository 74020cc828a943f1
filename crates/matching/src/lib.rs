//! Two sets of demographics to a weight and a decision.
