package fake

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/textproto"
	"strings"
)

// Mail is a mail as it arrived, decoded.
type Mail struct {
	At         string            `json:"at"`
	To         string            `json:"to"` // whom the relay was told
	From       string            `json:"from"`
	Subject    string            `json:"subject"`
	Text       string            `json:"text"`
	HTML       string            `json:"html"`
	Headers    map[string]string `json:"headers"` // decoded, by the names that were sent
	ReturnPath string            `json:"returnPath"`
}

// Handler answers GET with the mails that arrived as JSON, newest first; ?to= asks for those
// of one receiver.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(s.Mails(r.URL.Query().Get("to")))
	})
	return mux
}

func parse(raw []byte) (Mail, error) {
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Headers: fields(raw)}
	m.From, m.Subject = m.Headers["From"], m.Headers["Subject"]
	return m, m.body(textproto.MIMEHeader(msg.Header), msg.Body)
}

// fields reads the header with its names as they were written.
func fields(raw []byte) map[string]string {
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	head = strings.NewReplacer("\r\n ", " ", "\r\n\t", " ").Replace(head)
	found := map[string]string{}
	var words mime.WordDecoder
	for line := range strings.SplitSeq(head, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		if decoded, err := words.DecodeHeader(value); err == nil {
			value = decoded
		}
		if before, twice := found[name]; twice {
			value = before + ", " + value
		}
		found[name] = value
	}
	return found
}

var errKind = errors.New("fake: a kind of part that no letter of ours has")

// body reads a text, an HTML page, or both as alternatives.
func (m *Mail) body(head textproto.MIMEHeader, r io.Reader) error {
	kind, params, err := mime.ParseMediaType(head.Get("Content-Type"))
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(r, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err == nil {
				err = m.body(p.Header, p)
			}
			if err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(head.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	b, err := io.ReadAll(r)
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	switch kind {
	case "text/plain":
		m.Text = text
	case "text/html":
		m.HTML = text
	default:
		return errKind
	}
	return err
}
