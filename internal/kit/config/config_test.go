package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"tillit/internal/kit/text"
)

// commandLine stands in for cmd: one command with every setting, one with storage alone.
type commandLine struct {
	Serve   Config `cmd:""`
	Migrate struct {
		Storage `embed:""`
	} `cmd:""`
	Close struct {
		Why string
	} `cmd:""`
}

func parse(t *testing.T, env map[string]string, args ...string) (commandLine, error) {
	t.Helper()
	r, err := Resolver(func(name string) (string, bool) { s, ok := env[name]; return s, ok })
	if err != nil {
		t.Fatal(err)
	}
	var cli commandLine
	parser, err := kong.New(&cli, kong.Resolvers(r), kong.Exit(func(int) { t.Error("kong left") }))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return cli, err
}

func write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFlagsThenEnvironmentThenFileThenDefaults(t *testing.T) {
	file := write(t, "tillit.toml", `
listen = "127.0.0.1:1"
admin = "127.0.0.1:1"
world = "127.0.0.1:1"
country = "dk"
demo = true
data = "/file"
log_level = "warn"
[bankid]
endpoint = "https://file.example.se"
password_file = "/file/password"
[smtp]
server = "file.example.se:25"
`, 0o600)
	env := map[string]string{"TILLIT_LISTEN": "127.0.0.1:2", "TILLIT_ADMIN": "127.0.0.1:2", "TILLIT_BANKID_ENDPOINT": "https://env.example.se"}
	for name, args := range map[string][]string{
		"file by flag":        {"serve", "--config", file, "--listen", "127.0.0.1:3"},
		"file by environment": {"serve", "--listen", "127.0.0.1:3"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "file by environment" {
				env["TILLIT_CONFIG"] = file
			}
			cli, err := parse(t, env, args...)
			if err != nil {
				t.Fatal(err)
			}
			c := cli.Serve
			c.File = ""
			want := Config{
				Storage: Storage{Data: "/file"},
				Listen:  "127.0.0.1:3", Admin: "127.0.0.1:2", World: "127.0.0.1:1", Country: "dk", Demo: true,
				BankID:   BankID{Endpoint: "https://env.example.se", PasswordFile: "/file/password"},
				SMTP:     SMTP{Server: "file.example.se:25", TLS: "starttls"},
				LogLevel: slog.LevelWarn,
			}
			if c != want {
				t.Errorf("got  %+v\nwant %+v", c, want)
			}
		})
	}
}

func TestDefaultsServeThisMachine(t *testing.T) {
	cli, err := parse(t, nil, "serve", "--demo")
	if err != nil {
		t.Fatal(err)
	}
	if list := cli.Serve.Check(); len(list) > 0 {
		t.Errorf("the defaults don't hold: %v", list)
	}
	if got := cli.Serve.Public(); got != "http://127.0.0.1:8080" {
		t.Errorf("people reach us at %s", got)
	}
	if got := cli.Serve.Language(); got != text.SV {
		t.Errorf("people read %s", got)
	}
}

func TestOtherCommandsTakeWhatTheyHave(t *testing.T) {
	env := map[string]string{"TILLIT_DATA": "/env", "TILLIT_WHY": "never asked for"}
	cli, err := parse(t, env, "migrate")
	if err != nil || cli.Migrate.Data != "/env" {
		t.Errorf("migrate in %q: %v", cli.Migrate.Data, err)
	}
	cli, err = parse(t, env, "close")
	if err != nil || cli.Close.Why != "" {
		t.Errorf("a flag that is no setting was taken from the environment: %q, %v", cli.Close.Why, err)
	}
}

func TestFileThatCannotBeUsed(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"unknown setting":  {"lisen = '127.0.0.1:1'", "there is no setting lisen"},
		"unknown in table": {"[smtp]\nsever = 'x'", "there is no setting smtp-sever"},
		"file in the file": {"config = 'x'", "there is no setting config"},
		"no TOML":          {"listen = '127.0.0.1:1'\ndatabase = hunter2:hunter2", "line 2 is not TOML"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(t, nil, "serve", "--config", write(t, "t.toml", c.content, 0o600))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("said %v, want %q", err, c.want)
			}
		})
	}
	if _, err := parse(t, nil, "serve", "--config", filepath.Join(t.TempDir(), "none.toml")); err == nil {
		t.Error("a file that is not there was read")
	}
}

func TestCheck(t *testing.T) {
	key := write(t, "key", strings.Repeat("k", 32), 0o600)
	short := write(t, "short", "k", 0o600)
	open := write(t, "open", strings.Repeat("k", 32), 0o604)
	password := write(t, "password", "p", 0o640)
	socket := filepath.Join(t.TempDir(), "clamd")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	sound := Config{
		Storage: Storage{Data: t.TempDir()}, Listen: "0.0.0.0:8080", Admin: "127.0.0.1:8081", World: "127.0.0.1:8090",
		PublicURL: "https://e.example.se/", Country: "se", KeyFile: key, Clamd: socket,
		BankID: BankID{Endpoint: "https://bankid.example.se", P12: key, PasswordFile: password, RootFile: open},
		SMTP:   SMTP{Server: "mail.example.se:587", From: "noreply@example.se", User: "tillit", PasswordFile: password, TLS: "starttls"},
	}
	if list := sound.Check(); len(list) > 0 {
		t.Fatalf("the sound one: %v", list)
	}
	if got := sound.Public(); got != "https://e.example.se" {
		t.Errorf("people reach us at %s", got)
	}
	for name, c := range map[string]struct {
		spoil func(*Config)
		want  []string // the settings that are said, in order
	}{
		"no port":                     {func(c *Config) { c.Listen = "0.0.0.0" }, []string{"listen"}},
		"admin in the open":           {func(c *Config) { c.Admin = ":8081" }, []string{"admin"}},
		"demo in the open":            {func(c *Config) { c.Demo = true }, []string{"listen"}},
		"world in the open":           {func(c *Config) { c.Demo, c.Listen, c.World = true, "localhost:8080", "10.0.0.1:8090" }, []string{"world"}},
		"world unused":                {func(c *Config) { c.World = "" }, nil},
		"one address twice":           {func(c *Config) { c.Listen = c.Admin }, []string{"admin"}},
		"any port twice":              {func(c *Config) { c.Listen, c.Admin = "127.0.0.1:0", "127.0.0.1:0" }, nil},
		"plain http":                  {func(c *Config) { c.PublicURL = "http://e.example.se" }, []string{"public-url"}},
		"plain http on this machine":  {func(c *Config) { c.PublicURL = "http://localhost:8080" }, nil},
		"plain http on [::1]":         {func(c *Config) { c.PublicURL = "http://[::1]:8080" }, nil},
		"not a URL":                   {func(c *Config) { c.PublicURL = "e.example.se" }, []string{"public-url"}},
		"a path":                      {func(c *Config) { c.PublicURL = "https://example.se/e" }, []string{"public-url"}},
		"no public URL":               {func(c *Config) { c.PublicURL = "" }, []string{"public-url"}},
		"no public URL, this machine": {func(c *Config) { c.PublicURL, c.Listen = "", "[::1]:8080" }, nil},
		"another country":             {func(c *Config) { c.Country = "no" }, []string{"country"}},
		"no storage":                  {func(c *Config) { c.Data = "" }, []string{"data"}},
		"the whole machine":           {func(c *Config) { c.Data = "//" }, []string{"data"}},
		"a file for a folder":         {func(c *Config) { c.Data = key }, []string{"data"}},
		"another database":            {func(c *Config) { c.Database = "mysql://x/y" }, []string{"database"}},
		"database afar in the open":   {func(c *Config) { c.Database = "postgres://u:p@db.example.se/t?sslmode=require" }, []string{"database"}},
		"database afar":               {func(c *Config) { c.Database = "postgres://u:p@db.example.se/t?sslmode=verify-full" }, nil},
		"database by socket":          {func(c *Config) { c.Database = "postgres:///t?host=/run/postgresql" }, nil},
		"database here":               {func(c *Config) { c.Database = "postgres://u@localhost:5432/t" }, nil},
		"half a BankID":               {func(c *Config) { c.BankID = BankID{P12: key} }, []string{"bankid-endpoint", "bankid-password-file", "bankid-root-file"}},
		"no BankID":                   {func(c *Config) { c.BankID = BankID{} }, nil},
		"BankID in the open":          {func(c *Config) { c.BankID.Endpoint = "http://bankid.example.se" }, []string{"bankid-endpoint"}},
		"a certificate for all":       {func(c *Config) { c.BankID.P12 = open }, []string{"bankid-p12"}},
		"no root":                     {func(c *Config) { c.BankID.RootFile = "/none/such" }, []string{"bankid-root-file"}},
		"mail with half a name":       {func(c *Config) { c.SMTP.PasswordFile = "" }, []string{"smtp-user"}},
		"mail in the open":            {func(c *Config) { c.SMTP.TLS = "none" }, []string{"smtp-tls"}},
		"mail in the open, here":      {func(c *Config) { c.SMTP.TLS, c.SMTP.Server = "none", "127.0.0.1:25" }, nil},
		"mail from a name":            {func(c *Config) { c.SMTP.From = "Tillit <noreply@example.se>" }, []string{"smtp-from"}},
		"mail without a port":         {func(c *Config) { c.SMTP.Server = "mail.example.se" }, []string{"smtp-server"}},
		"mail without a server":       {func(c *Config) { c.SMTP.Server = "" }, []string{"smtp-server"}},
		"no mail":                     {func(c *Config) { c.SMTP = SMTP{TLS: "starttls"} }, nil},
		"no key":                      {func(c *Config) { c.KeyFile = "" }, []string{"key-file"}},
		"a short key":                 {func(c *Config) { c.KeyFile = short }, []string{"key-file"}},
		"a key that others can read":  {func(c *Config) { c.KeyFile = open }, []string{"key-file"}},
		"a key that is not there":     {func(c *Config) { c.KeyFile = "/none/such" }, []string{"key-file"}},
		"a key that is a folder":      {func(c *Config) { c.KeyFile = c.Data }, []string{"key-file"}},
		"clamd not running":           {func(c *Config) { c.Clamd = "/none/such" }, []string{"clamd"}},
		"clamd is no socket":          {func(c *Config) { c.Clamd = key }, []string{"clamd"}},
	} {
		t.Run(name, func(t *testing.T) {
			spoilt := sound
			c.spoil(&spoilt)
			var said []string
			for _, p := range spoilt.Check() {
				said = append(said, p.Setting)
				if p.Text == "" {
					t.Errorf("nothing is said of %s", p.Setting)
				}
			}
			if !slices.Equal(said, c.want) {
				t.Errorf("said %v, want %v", spoilt.Check(), c.want)
			}
		})
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	c := Config{Storage: Storage{Database: "mysql://u:hunter2@example.se/t"}}
	written, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "c", c, "s", c.Database)
	for how, s := range map[string]string{
		"%v": fmt.Sprintf("%v", c), "%+v": fmt.Sprintf("%+v", c), "%#v": fmt.Sprintf("%#v", c), "%s": fmt.Sprintf("%s %q %x", c.Database, c.Database, c.Database),
		"JSON": string(written), "log": log.String(), "problems": fmt.Sprint(c.Check()), "error": fmt.Errorf("at %v", c.Database).Error(),
	} {
		if strings.Contains(s, "hunter2") || strings.Contains(s, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("%s prints the secret: %s", how, s)
		}
	}
	if c.Database.Reveal() != "mysql://u:hunter2@example.se/t" {
		t.Error("the one who needs it does not get it")
	}
	if Secret("").String() != "" {
		t.Error("what is not set looks set")
	}
}

func TestReadSecret(t *testing.T) {
	for content, want := range map[string]string{"hunter2": "hunter2", "hunter2\n": "hunter2", " two words \r\n": " two words "} {
		got, err := ReadSecret(write(t, "s", content, 0o600))
		if err != nil || got.Reveal() != want {
			t.Errorf("of %q: %q, %v", content, got.Reveal(), err)
		}
	}
	path := write(t, "s", "\n", 0o600)
	if _, err := ReadSecret(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("of nothing: %v", err)
	}
}
