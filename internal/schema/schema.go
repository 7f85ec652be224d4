// Package schema is the database's shape: one stream of migrations, the classes of
// data as domains, grants per role and the predicates of row-level security (lock 2).
// Migrations go forward only and are safe before and after a deploy.
package schema

import (
	"embed"
	"io/fs"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations is the stream, for db.Migrate.
func Migrations() fs.FS {
	f, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return f
}
