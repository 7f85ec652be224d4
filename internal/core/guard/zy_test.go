package guard_test
import ("testing";"os";"math/rand/v2")
func TestAA(t *testing.T){ os.WriteFile("/tmp/page.html",[]byte(page(rand.New(rand.NewPCG(5, 6)), 12)),0o644)}
