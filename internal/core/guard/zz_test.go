package guard_test
import ("testing";"strings";"time";"tillit/internal/core/guard")
func TestSlow(t *testing.T){ g:=watching(names...)
 for _,p:=range []string{"Bo-Ek-","Bo-","Åsa<b>","Åsa</td>","Bo von ","Bo, ","1<b>","1\u200b","1 ","&","%","\\","f8501011236","x8501011236","1212121212 ","121212-1212 ","Bo\"a\":","<","<a","1<a","12<a ","Bo<a","Bo Ek ","Erik Bo Ek Kim ","Ö","&ouml;","\u00ad","Bo\u00ad","B\u00ad","1&shy;","a<!--"} {
  b:=[]byte(strings.Repeat(p,1_000_000/len(p)))
  var a guard.Allowed
  s:=time.Now(); f:=g.Scan(b,nil); d1:=time.Since(s); s=time.Now(); a.Add(string(b)); d2:=time.Since(s); s=time.Now(); g.Scan(b,&a); d3:=time.Since(s)
  t.Logf("%-16q found %d scan %v add %v scan allowed %v",p,len(f),d1.Round(time.Millisecond),d2.Round(time.Millisecond),d3.Round(time.Millisecond))
 }
 b:=[]byte(`<path d="`+strings.Repeat("1212121212 ",100000)+`">`); s:=time.Now(); f:=g.Scan(b,nil); t.Log("path",len(f),time.Since(s))
 b=[]byte(`B`+strings.Repeat("\u00ad",500000)+`o`); s=time.Now(); f=g.Scan(b,nil); t.Log("shy",len(f),time.Since(s))
 var a guard.Allowed; a.Add("Erik Bo"); a.Add("Ek Kim"); b=[]byte(strings.Repeat("Erik Bo Ek Kim ",70000)); s=time.Now(); f=g.Scan(b,&a); t.Log("covers",len(f),time.Since(s))
}
