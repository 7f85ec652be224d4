package bankid

import (
	"fmt"
	"strings"

	"rsc.io/qr"

	"tillit/internal/kit/fault"
)

const quietZone = 4 // modules on each side, as ISO/IEC 18004 asks

// QRSVG draws data as a QR code: one black path on nothing, measured in modules, with the
// quiet zone inside the view box. The caller gives it a white ground, a size, a role and
// a name. Low error correction, because a screen has no torn corners and large modules
// scan sooner. Data that no QR code holds is refused as fault.TooLarge.
func QRSVG(data string) (svg string, err error) {
	code, err := qr.Encode(data, qr.L)
	if err != nil {
		return "", fault.As(fault.TooLarge, "bankid.QRSVG", err)
	}
	var b strings.Builder
	side := code.Size + 2*quietZone
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#000" d="`, side, side)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			from := x
			for code.Black(x, y) { // Black is false outside the code
				x++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+quietZone, y+quietZone, x-from, x-from)
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}
