//! Connections, transactions, migrations: SQLite and PostgreSQL behind one Tx.
