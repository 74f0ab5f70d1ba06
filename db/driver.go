package db

// The two engines. This is the one place where importing registers something; only roles with a database reach it.
import (
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)
