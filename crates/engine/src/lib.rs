//! The message log that is the queue: connectors, order, retry, dead letter.
