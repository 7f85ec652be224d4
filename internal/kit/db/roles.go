package db

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Role is a database role. None is a superuser and none bypasses row-level security.
type Role string

// The roles.
const (
	Owner      Role = "tillit_owner"      // owns the database and everything in it; migrates
	App        Role = "tillit_app"        // the services, under row-level security
	Ledger     Role = "tillit_ledger"     // appends to the ledger
	Projection Role = "tillit_projection" // sees what is published, and nothing else
	Audit      Role = "tillit_audit"      // reads the ledger
)

// Roles lists them all.
var Roles = []Role{Owner, App, Ledger, Projection, Audit}

// Name is the database that is used when none is named.
const Name = "tillit"

// superuser is the cluster's own superuser: only the supervisor and tests connect as it.
const superuser = "tillit_super"

// RolesSQL is the script that the operator of an own server runs once, as a superuser
// and with psql. Afterwards the login in the URL is made a member of the five roles,
// as the last comment in it says.
func RolesSQL() string {
	var b strings.Builder
	b.WriteString("-- Roles and database of tillit. Run as a superuser with psql.\n")
	for _, r := range Roles {
		b.WriteString(roleSQL(r, false))
	}
	fmt.Fprintf(&b, "create database %s owner %s encoding 'UTF8' locale 'C' template template0;\n", Name, Owner)
	b.WriteString(accessSQL(Name))
	fmt.Fprintf(&b, "-- For the login in the URL (never a superuser):\n-- grant %s to LOGIN;\n-- grant connect on database %s to LOGIN;\n", roleList(), Name)
	return b.String()
}

// roleSQL makes a role if it is not there, and takes its powers away if it has got any.
func roleSQL(r Role, login bool) string {
	can := "nologin"
	if login {
		can = "login"
	}
	return fmt.Sprintf("do $$ begin if not exists (select from pg_roles where rolname = '%[1]s') then create role %[1]s; end if; end $$;\n"+
		"alter role %[1]s with %[2]s nosuperuser nobypassrls nocreatedb nocreaterole noreplication;\n", r, can)
}

// accessSQL closes a database to all but the roles.
func accessSQL(database string) string {
	name := pgx.Identifier{database}.Sanitize()
	return fmt.Sprintf("revoke all on database %s from public;\ngrant connect on database %s to %s;\n", name, name, roleList())
}

func roleList() string {
	names := make([]string, len(Roles))
	for i, r := range Roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

// prepare makes the roles and the database of a supervised cluster. It may run again.
func (s *Server) prepare(ctx context.Context) error {
	conn, err := s.Superuser(ctx, "postgres")
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var script strings.Builder
	for _, r := range Roles {
		script.WriteString(roleSQL(r, true))
	}
	script.WriteString("revoke all on database postgres from public;\nrevoke all on database template1 from public;\n")
	if _, err := conn.Exec(ctx, script.String()); err != nil {
		return fmt.Errorf("db: make the roles: %w", err)
	}
	var there bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", Name).Scan(&there); err != nil {
		return fmt.Errorf("db: look for the database: %w", err)
	}
	if there {
		return nil
	}
	return createDatabase(ctx, conn, Name, "template0")
}

// CreateDatabase makes a database as a copy of a template, owned by Owner and open to
// the roles only. It is for supervised clusters; nothing may be connected to the
// template meanwhile.
func (s *Server) CreateDatabase(ctx context.Context, name, template string) error {
	conn, err := s.Superuser(ctx, "postgres")
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return createDatabase(ctx, conn, name, template)
}

func createDatabase(ctx context.Context, conn *pgx.Conn, name, template string) error {
	create := fmt.Sprintf("create database %s owner %s template %s", pgx.Identifier{name}.Sanitize(), Owner, pgx.Identifier{template}.Sanitize())
	if _, err := conn.Exec(ctx, create); err != nil {
		return fmt.Errorf("db: create the database: %w", err)
	}
	// Grants on a database are not copied along with a template.
	if _, err := conn.Exec(ctx, accessSQL(name)); err != nil {
		return fmt.Errorf("db: close the database to the public: %w", err)
	}
	return nil
}
