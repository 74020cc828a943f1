//! Third-party CSS and JavaScript, fetched by npm at build and embedded.
