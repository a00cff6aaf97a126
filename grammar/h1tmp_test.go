package grammar
import ("testing";"strings";"runtime";"time";"lxcfg/grammar/source")
func TestH1Tmp(t *testing.T){
 for _,c:=range []struct{n,s string;k int}{{"1M settings","lxc.mount.entry = proc proc proc nodev 0 0\n",1000000},{"10M newlines","\n",10000000},{"1M junk","x\n",1000000},{"10MB CRs","\r",10000000},{"1M a-nul-free quotes","lxc.a = ' #\n",1000000}}{
  text:=strings.Repeat(c.s,c.k)
  var a,b runtime.MemStats; runtime.GC();runtime.ReadMemStats(&a);s:=time.Now()
  d:=Parse(source.File{Name:"c",Text:text});p:=time.Since(s);l:=d.Findings();f:=time.Since(s)-p
  runtime.ReadMemStats(&b)
  t.Logf("%s: parse %v findings %v (%d) total alloc %.1fx sys %.1fx lines %d",c.n,p,f,len(l),float64(b.TotalAlloc-a.TotalAlloc)/float64(len(text)),float64(b.Sys)/float64(len(text)),d.Len())
  runtime.KeepAlive(d)
 }}
