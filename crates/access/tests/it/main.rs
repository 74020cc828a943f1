//! What the standard policies allow, and what is said about policies that are wrong.

mod world;
mod matrix;
mod decisions;
mod loading;
