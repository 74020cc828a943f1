//! The live GP record: GP Connect, fan-out, deadline, partial answer.
