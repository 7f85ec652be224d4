package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
)

// Secret is a value that prints, logs and marshals as a placeholder.
type Secret string

const placeholder = "‹secret›"

// Reveal gives the value. Its result goes to the one who needs it and nowhere else.
func (s Secret) Reveal() string { return string(s) }

// String is a placeholder, or empty where nothing is set.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return placeholder
}

// Format writes String for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue logs String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText writes String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ErrEmpty says that a file that holds a secret holds nothing.
var ErrEmpty = errors.New("the file is empty")

// ReadSecret reads a secret from a file of its own; a line end after it does not count.
// An error names the file and never what is in it.
func ReadSecret(path string) (Secret, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	content = bytes.TrimRight(content, "\r\n")
	if len(content) == 0 {
		return "", &fs.PathError{Op: "read", Path: path, Err: ErrEmpty}
	}
	return Secret(content), nil
}
