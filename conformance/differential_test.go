//go:build linux

package conformance

import (
	"fmt"
	"testing"
)

func TestTmp(t *testing.T) {
	requireStock(t)
	c := newContainer(t, 0, nil)
	o := observe(t, stock, c, nil, observerCommand...)
	for k, v := range o {
		if k == "rootfs" { continue }
		fmt.Println("##", k)
		for _, l := range v {
			fmt.Println("   ", l)
		}
	}
}
