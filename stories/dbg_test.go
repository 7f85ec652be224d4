package stories_test
import ("testing";"time";"context";"github.com/chromedp/chromedp")
func TestDbg(t *testing.T){
 s:=Tell(t); 
 at:=time.Now(); lap:=func(w string){ t.Log(w,time.Since(at)); at=time.Now()}
 shared,_:=browser()
 try:=func(w string, tab context.Context){
 ctx,_:=context.WithTimeout(tab,8*time.Second)
 err:=chromedp.Do(ctx, chromedp.Navigate(s.House.Public+"/")); lap(w); t.Log(err)
 v,err:=chromedp.Run(tab, chromedp.Evaluate[string]("document.readyState+' '+document.visibilityState+' '+performance.getEntriesByType('resource').map(e=>e.name+e.responseEnd).join()")); t.Log(v,err)
 }
 try("first",shared)
 a,_:=chromedp.NewContext(shared); try("tab",a)
 b,_:=chromedp.NewContext(shared,chromedp.WithNewBrowserContext()); try("ctx",b)
}
