package app

import (
	"context"
	"net/netip"
	"time"

	"tillit/internal/adapter/bankid"
	"tillit/internal/core/session"
)

// bankID bridges the BankID client to what sign-in needs of any eID.
type bankID struct{ client *bankid.Client }

func (b bankID) Auth(ctx context.Context, ip string) (session.Started, error) {
	return started(b.client.Auth(ctx, bankid.Request{EndUserIP: address(ip)}))
}

func (b bankID) Sign(ctx context.Context, ip, number, visible string, payload []byte) (session.Started, error) {
	return started(b.client.Sign(ctx, bankid.Request{EndUserIP: address(ip), Visible: visible, Markdown: true, NonVisible: payload, Number: number}))
}

func started(o bankid.Order, err error) (session.Started, error) {
	return session.Started{Ref: o.Ref, AutoStart: o.AutoStartToken, QRToken: o.QRStartToken, QRSecret: o.QRStartSecret}, err
}

func (b bankID) Collect(ctx context.Context, ref string) (session.Collected, error) {
	ctx, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	c, err := b.client.Collect(ctx, ref)
	return session.Collected{Status: string(c.Status), Hint: string(c.Hint), Number: c.User.Number, Signature: c.Signature, OCSP: c.OCSP}, err
}

func (b bankID) Cancel(ctx context.Context, ref string) error { return b.client.Cancel(ctx, ref) }

func (bankID) QR(s session.Started, elapsed time.Duration) string { return order(s).QR(elapsed) }

func (bankID) Autostart(s session.Started) string { return order(s).AutoStart() }

func order(s session.Started) bankid.Order {
	return bankid.Order{Ref: s.Ref, AutoStartToken: s.AutoStart, QRStartToken: s.QRToken, QRStartSecret: s.QRSecret}
}

// address reads what net/http gave us; it is always an address.
func address(ip string) netip.Addr {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.IPv4Unspecified()
	}
	return a.Unmap()
}
