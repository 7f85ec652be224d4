package disclosure

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"tillit/internal/kit/db"
	"tillit/internal/schema"
	"tillit/internal/testkit/pg"
)

// stillTx is a transaction's instant without a database, for decisions whose facts are given.
var stillTx = &db.Tx{}

func TestMain(m *testing.M) {
	pg.Main(m, schema.Migrations(), "schema", nil)
}

func TestSealedValuesGoIntoTheDatabaseAndOutAgainUnopened(t *testing.T) {
	d := pg.New(t)
	pool := d.Pool(t, db.App)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	Register(conn.Conn().TypeMap())
	note := NewSensitive("asthma")
	var street Personal
	var back, none *Sensitive
	var file Bytes
	err = conn.QueryRow(t.Context(), "select $1::core.personal_text, $2::core.sensitive_text, $3::core.sensitive_text, $4::core.sensitive_bytes",
		NewPersonal(secret), &note, none, NewBytes([]byte{0, 1, 2})).Scan(&street, &back, &none, &file)
	if err != nil {
		t.Fatal(err)
	}
	if street.text != secret || back == nil || back.text != "asthma" || none != nil || string(file.body) != "\x00\x01\x02" {
		t.Errorf("came back otherwise: %d %t %t", len(street.text), back != nil, none == nil)
	}
	if street.Bound() {
		t.Error("a value came out of the database tied already")
	}
}

func TestAConnectionThatWasNotTaughtRefusesSealedValues(t *testing.T) {
	d := pg.New(t)
	pool := d.Pool(t, db.App)
	var got string
	err := pgx.BeginFunc(context.Background(), pool, func(tx pgx.Tx) error {
		return tx.QueryRow(context.Background(), "select $1::text", NewPersonal(secret)).Scan(&got)
	})
	if err == nil && got != Placeholder {
		t.Error("a sealed value went to the database in the clear without its codec")
	}
}
