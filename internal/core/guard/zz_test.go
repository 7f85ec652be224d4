package guard
import ("testing";"os")
func TestZZ(t *testing.T){
 b,_:=os.ReadFile("/tmp/page.html")
 for _,names:=range [][]Name{nil, {{Given:"Kim",Surname:"Lindgren"},{Given:"Anna-Karin",Surname:"Ek-Ros"},{Given:"Åsa",Surname:"Öberg"}}} {
 w:=NewWatch(names); hits:=map[string]int{}; n:=0
 sweep(b,&w.openings,func(at int,r rune)int{ n++; c:=code[b[at]]; s:="letter";if c==digit{s="digit"}; if c==leading{s="leading"}; if c==escape{s="escape"}; if c==digit&&!mayBeNumber(b,at){s="digit no"}; hits[s]++; if s=="digit"{t.Logf("%q",b[at:at+20])}; return at})
 raw:=0
 k:=uint32(0); for _,c:=range b {k=k<<5|uint32(code[c]); if w.openings.stops(k)!=0{raw++}}
 t.Log(len(b),n,raw,hits)
 }
}
