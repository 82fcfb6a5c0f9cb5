"""The control plane's tests: SQLite by default, the same ones on PostgreSQL by test_postgres.py."""
