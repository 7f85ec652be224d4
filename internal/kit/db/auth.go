package db

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	osuser "os/user"
	"strconv"
	"strings"
)

// user is a system user by number.
type user struct{ uid, gid int }

// engineUser is who the engine runs as: who we are, or, as root, whom the cluster
// belongs to already, else postgres, else nobody. The engine refuses to run as root.
func engineUser(cluster string) (user, error) {
	if uid := os.Geteuid(); uid != 0 {
		return user{uid, os.Getegid()}, nil
	}
	if owner, ok := ownerOf(cluster); ok && owner.uid != 0 {
		return owner, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := osuser.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && uid != 0 {
			return user{uid, gid}, nil
		}
	}
	return user{}, errors.New("db: tillit runs as root, PostgreSQL may not, and there is neither a user postgres nor nobody to run it as")
}

// auth is how we prove to the engine who we are. Normally it asks the kernel (peer);
// where our user number has no name it can't, and a secret in a file stands in.
type auth struct {
	osUser string
	secret string
}

// openAuth tells how a cluster that is there is opened. One that has a secret keeps it,
// whatever the system knows about us by now.
func openAuth(secretFile string) (auth, error) {
	secret, err := readSecret(secretFile)
	if err == nil {
		return auth{secret: secret}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return auth{}, err
	}
	name, named := osName()
	if !named {
		return auth{}, fmt.Errorf("db: user %d is not in the system's list of users, so PostgreSQL can't tell who we are, and there is no %s", os.Geteuid(), secretFile)
	}
	return auth{osUser: name}, nil
}

// osName is the name of the user that we run as, if the system knows one that can
// stand in the engine's map of names.
func osName() (string, bool) {
	u, err := osuser.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil || u.Username == "" || strings.ContainsAny(u.Username, "\"\n\\") {
		return "", false
	}
	return u.Username, true
}

func readSecret(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("db: secret: %w", err)
	}
	secret := strings.TrimSpace(string(text))
	if b, err := hex.DecodeString(secret); err != nil || len(b) != 32 {
		return "", fmt.Errorf("db: %s is damaged", path)
	}
	return secret, nil
}

func writeSecret(path, secret string) error {
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		return fmt.Errorf("db: secret: %w", err)
	}
	return nil
}

func newSecret() string {
	var b [32]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// write puts the two access files into a cluster. They are written at every start, so
// that a folder which changed hands follows.
func (a auth) write(h *home, dir string) error {
	method, ident := "scram-sha-256", ""
	if a.secret == "" {
		method = "peer map=tillit"
		for _, role := range append([]Role{superuser}, Roles...) {
			ident += fmt.Sprintf("tillit \"%s\" %s\n", a.osUser, role)
		}
	}
	const warning = "# Written by tillit at every start.\n"
	for name, text := range map[string]string{
		"pg_hba.conf":   warning + "local all all " + method + "\n",
		"pg_ident.conf": warning + ident,
	} {
		path := dir + "/" + name
		if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
			return fmt.Errorf("db: %w", err)
		}
		if err := h.give(path + ".new"); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return fmt.Errorf("db: %w", err)
		}
	}
	return nil
}
