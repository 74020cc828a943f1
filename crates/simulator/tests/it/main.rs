//! The county from outside: what it sends, and how it is played.

mod county;
mod life;
mod players;
mod practices;
