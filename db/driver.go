package db

// The two engines. Importing them registers them; this file and db/sqlite are the only places where that happens.
import (
	_ "github.com/jackc/pgx/v5/stdlib"

	_ "sekisho/db/sqlite"
)
