package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tillit/internal/kit/db"
)

// nobodyHasNoRows sees that whoever has set nothing gets no row of anybody.
func (w *world) nobodyHasNoRows(t *testing.T) {
	app := w.House.DB.Pool(t, db.App)
	f := &facts{t, w.super}
	empty := []string{}
	for _, table := range f.list(personalTables) {
		if len(f.list(`select 'yes' where has_any_column_privilege('tillit_app', $1, 'select')`, table)) == 0 {
			continue
		}
		var all, seen int
		if err := w.super.QueryRow(t.Context(), "select count(*) from "+table).Scan(&all); err != nil {
			t.Fatal(err)
		}
		if err := app.QueryRow(t.Context(), "select count(*) from "+table).Scan(&seen); err != nil {
			t.Fatal(err)
		}
		if seen != 0 {
			t.Errorf("%s: %d of %d rows", table, seen, all)
		}
		if all == 0 {
			empty = append(empty, table)
		}
		// Nor does a write get through that says neither who nor when.
		for _, sql := range []string{"update " + table + " set %s = %s", "delete from " + table} {
			if strings.Contains(sql, "%s") {
				column := f.list(`select a.attname::text from pg_attribute a where a.attrelid = $1::regclass and a.attnum = 1`, table)[0]
				sql = fmt.Sprintf(sql, column, column)
			}
			if tag, err := app.Exec(t.Context(), sql); err == nil && tag.RowsAffected() > 0 {
				t.Errorf("%s changes %d rows", sql, tag.RowsAffected())
			}
		}
	}
	if !slices.Equal(empty, []string{"ledger.objection", "session.passkey"}) {
		t.Errorf("these tables are empty, so nothing is proved of them: %v", empty)
	}
}
