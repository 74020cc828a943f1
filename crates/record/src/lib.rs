//! A permit in, one person's record out.
