//! May this actor do this, and on what basis?.
