//! Organisations, users, roles, sessions, relationships: the facts access weighs.
