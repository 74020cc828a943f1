//! Who is this? One person for the many records organisations hold about them.
