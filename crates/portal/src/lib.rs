//! Server-rendered pages, one file per page.
