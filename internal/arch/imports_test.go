package arch

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// layers, lowest first. A folder imports its own layer's neighbours only where a rule
// below says so, and otherwise only what stands under it.
var layers = []struct {
	folder string
	rank   int
}{
	{"internal/kit", 1},
	{"internal/schema", 2}, // migrations; knows the kit only
	{"internal/core", 2},
	{"internal/module", 3},
	{"internal/adapter", 3},
	{"internal/town", 4},
	{"internal/app", 5},
	{"internal/arch", 6},
	{"cmd", 6},
	{"internal/testkit", 7}, // a test may reach everything
	{"stories", 8},
	{"bench", 8},
}

// coreMayImport lists what each package of the core may import of the core. Fewer is
// better: every line here is something a reader of the left side must know as well.
var coreMayImport = map[string][]string{
	"access":     {},                                                               // actors, permits and relations: everything else stands on them
	"closure":    {},                                                               // the switches must answer when nothing else does
	"guard":      {},                                                               // shares no code with access and disclosure, so that their bugs are not its bugs
	"ledger":     {"access"},                                                       // a line says who, for what and under which permit
	"disclosure": {"access", "ledger"},                                             // opens with a permit, writes what it opened
	"history":    {"access"},                                                       // who changed what
	"person":     {"access", "disclosure"},                                         // whom data is about: sealed columns, relations
	"session":    {"access", "closure", "disclosure", "person"},                    // one subject for life; sign-in can be closed
	"notify":     {"access", "closure", "disclosure", "guard", "ledger", "person"}, // a mail is an artefact: it passes recorder, ledger and guard
	"provider":   {"access", "disclosure", "person", "session", "closure"},
	"canary":     {"access", "person", "session", "closure", "ledger"},
	"door":       {"access", "closure", "disclosure", "guard", "ledger", "person", "session"}, // the way of one request ties them
}

// outside are the folders that may hold the outside world in their hands.
var outside = []string{"internal/app", "internal/testkit", "stories", "bench"}

// testSide are the folders that exist for tests though their files are not all named so.
var testSide = []string{"internal/testkit", "stories", "bench"}

func rank(folder string) int {
	for _, l := range layers {
		if within(folder, l.folder) {
			return l.rank
		}
	}
	return 0
}

// room is the folder that a file's layer counts as one: internal/core/person for internal/core/person/number.
func room(folder string) string {
	parts := strings.SplitN(folder, "/", 4)
	return path.Join(parts[:min(3, len(parts))]...)
}

func inAny(folder string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return within(folder, f) })
}

// eachImport calls say for every import of ours in code that is not a test.
func eachImport(tr *tree, say func(s *source, imported string)) {
	for _, s := range tr.sources {
		if s.test {
			continue
		}
		for _, imported := range s.ours() {
			say(s, imported)
		}
	}
}

func imports(s *source, imported string) breach {
	return breach{path: s.path, what: "imports " + imported}
}

var importsPointDown = rule{
	name: "imports point down",
	says: "imports point down: cmd -> app -> module | adapter -> core -> kit, and a module imports no other module",
	mend: "declare what is needed in the lower package's ports.go and tie the two in internal/app/bridges.go",
	find: func(_ testing.TB, tr *tree) []breach {
		var found []breach
		for _, s := range tr.sources {
			if within(s.dir, "internal") && rank(s.dir) == 0 {
				found = append(found, breach{path: s.path, what: "stands in no layer; add its folder to the layers"})
			}
		}
		eachImport(tr, func(s *source, imported string) {
			from, to := rank(s.dir), rank(imported)
			sameRoom := room(s.dir) == room(imported)
			neighbours := within(s.dir, "internal/kit") && within(imported, "internal/kit") ||
				within(s.dir, "internal/testkit") && within(imported, "internal/testkit") ||
				within(s.dir, "internal/core") && within(imported, "internal/core") // these have a table of their own
			if to == 0 || to > from || to == from && !sameRoom && !neighbours {
				found = append(found, imports(s, imported))
			}
		})
		return found
	},
	planted: []plant{
		{files{"internal/kit/web/web.go": goFile("web", "internal/core/session")}, "web.go: imports internal/core/session"},
		{files{"internal/core/person/person.go": goFile("person", "internal/module/school")}, "imports internal/module/school"},
		{files{"internal/module/school/web.go": goFile("school", "internal/app")}, "imports internal/app"},
		{files{"internal/module/school/web.go": goFile("school", "internal/module/housing")}, "imports internal/module/housing"},
		{files{"internal/module/school/attendance/web.go": goFile("attendance", "internal/module/housing/queue")}, "imports internal/module/housing/queue"},
		{files{"internal/module/school/web.go": goFile("school", "internal/adapter/smtp")}, "imports internal/adapter/smtp"},
		{files{"internal/adapter/oidc/oidc.go": goFile("oidc", "internal/module/school")}, "imports internal/module/school"},
		{files{"internal/schema/schema.go": goFile("schema", "internal/core/person")}, "imports internal/core/person"},
		{files{"internal/app/app.go": goFile("app", "cmd/tillit")}, "imports cmd/tillit"},
		{files{"internal/util/util.go": goFile("util")}, "stands in no layer"},
		{files{"cmd/tillit/main.go": goFile("main", "internal/util")}, "imports internal/util"},
	},
	sound: []files{{
		"cmd/tillit/main.go":               goFile("main", "internal/app", "internal/kit/config"),
		"internal/app/app.go":              goFile("app", "internal/town", "internal/module/school", "internal/adapter/smtp", "internal/core/person", "internal/kit/db"),
		"internal/town/town.go":            goFile("town", "internal/module/school", "internal/core/person"),
		"internal/module/school/web.go":    goFile("school", "internal/module/school/attendance", "internal/core/person", "internal/kit/db"),
		"internal/module/school/s_test.go": goFile("school_test", "internal/testkit", "internal/app"),
		"internal/core/session/s.go":       goFile("session", "internal/core/person", "internal/kit/db"),
		"internal/kit/db/db.go":            goFile("db", "internal/kit/clock"),
	}},
}

var adaptersStayOutside = rule{
	name: "adapters stay outside",
	says: "only internal/app imports adapters and their fakes; tests may too",
	mend: "take a port (an interface in your ports.go) and let internal/app hand in the adapter",
	find: func(_ testing.TB, tr *tree) []breach {
		var found []breach
		eachImport(tr, func(s *source, imported string) {
			if within(imported, "internal/adapter") && room(s.dir) != room(imported) && !inAny(s.dir, outside) {
				found = append(found, imports(s, imported))
			}
			if strings.HasSuffix(imported, "/fake") && within(imported, "internal/adapter") && room(s.dir) == room(imported) {
				found = append(found, breach{path: s.path, what: "imports its own fake"})
			}
		})
		return found
	},
	planted: []plant{
		{files{"internal/core/notify/send.go": goFile("notify", "internal/adapter/smtp")}, "imports internal/adapter/smtp"},
		{files{"cmd/tillit/main.go": goFile("main", "internal/adapter/smtp/fake")}, "imports internal/adapter/smtp/fake"},
		{files{"internal/town/seed.go": goFile("town", "internal/adapter/population/fake")}, "imports internal/adapter/population/fake"},
		{files{"internal/adapter/freja/freja.go": goFile("freja", "internal/adapter/oidc")}, "imports internal/adapter/oidc"},
		{files{"internal/adapter/smtp/smtp.go": goFile("smtp", "internal/adapter/smtp/fake")}, "imports its own fake"},
	},
	sound: []files{{
		"internal/app/app.go":             goFile("app", "internal/adapter/smtp", "internal/adapter/smtp/fake"),
		"internal/testkit/world.go":       goFile("testkit", "internal/adapter/smtp/fake"),
		"internal/adapter/smtp/fake/f.go": goFile("fake", "internal/adapter/smtp"),
		"internal/core/notify/n_test.go":  goFile("notify_test", "internal/adapter/smtp/fake"),
	}},
}

var coreImportsAreListed = rule{
	name: "core imports are listed",
	says: "a package of the core imports only those of the core that coreMayImport lists for it",
	mend: "do without, pass it in as a value or a small interface, or add a line with its reason to coreMayImport in internal/arch",
	find: func(_ testing.TB, tr *tree) []breach {
		var found []breach
		eachImport(tr, func(s *source, imported string) {
			from, to := room(s.dir), room(imported)
			if !within(from, "internal/core") || !within(to, "internal/core") || from == to {
				return
			}
			if !slices.Contains(coreMayImport[path.Base(from)], path.Base(to)) {
				found = append(found, imports(s, imported))
			}
		})
		return found
	},
	planted: []plant{
		{files{"internal/core/guard/scan.go": goFile("guard", "internal/core/disclosure")}, "scan.go: imports internal/core/disclosure"},
		{files{"internal/core/newcomer/n.go": goFile("newcomer", "internal/core/person/number")}, "imports internal/core/person/number"},
	},
	sound: []files{{
		"internal/core/session/s.go":    goFile("session", "internal/core/person", "internal/kit/db"),
		"internal/core/person/p.go":     goFile("person", "internal/core/person/number"),
		"internal/core/guard/g_test.go": goFile("guard_test", "internal/core/disclosure"),
	}},
}

var testsOnly = rule{
	name: "tests only",
	says: "internal/testkit is imported by tests only; internal/town by internal/app and tests only",
	mend: "move what both need down into the kit or the core, or pass it in",
	find: func(_ testing.TB, tr *tree) []breach {
		var found []breach
		eachImport(tr, func(s *source, imported string) {
			switch {
			case within(imported, "internal/testkit") && !inAny(s.dir, testSide),
				within(imported, "internal/town") && !within(s.dir, "internal/town") && !inAny(s.dir, outside):
				found = append(found, imports(s, imported))
			}
		})
		return found
	},
	planted: []plant{
		{files{"internal/app/app.go": goFile("app", "internal/testkit")}, "app.go: imports internal/testkit"},
		{files{"cmd/tillit/seed.go": goFile("main", "internal/town")}, "seed.go: imports internal/town"},
		{files{"internal/module/school/service.go": goFile("school", "internal/town")}, "imports internal/town"},
	},
	sound: []files{{
		"internal/app/seed.go":               goFile("app", "internal/town"),
		"internal/testkit/world.go":          goFile("testkit", "internal/town", "internal/testkit/browser"),
		"stories/browser.go":                 goFile("stories", "internal/testkit"),
		"internal/module/school/web_test.go": goFile("school", "internal/testkit", "internal/town"),
	}},
}
