//! A synthetic county from a seed, its sources played over the real protocols.
