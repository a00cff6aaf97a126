//go:build linux

package conformance

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// dialogue is with a command that has a terminal of its own.
type dialogue struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	shown  lockedBuffer // all that the terminal has shown
}

// talk runs a command on a terminal, until the test ends.
func talk(t *testing.T, cmd *exec.Cmd) *dialogue {
	t.Helper()
	master, slave, err := openTerminal()
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 25, Col: 200}); err != nil {
		t.Fatal(err)
	}
	d := &dialogue{t: t, cmd: cmd, master: master}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
		master.Close()
	})
	go func() { // ends when the last process has closed the terminal
		_, _ = io.Copy(&d.shown, master)
	}()
	return d
}

// await waits until the terminal shows a text.
func (d *dialogue) await(text string) {
	d.t.Helper()
	for deadline := time.Now().Add(patience); !strings.Contains(d.shown.text(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.t.Fatalf("%q shows %q and not %q", d.cmd.Args, d.shown.text(), text)
		}
	}
}

// ask types something until it is answered: who reads may not be there yet.
func (d *dialogue) ask(typed, answer string) {
	d.t.Helper()
	for try := 0; !strings.Contains(d.shown.text(), answer); try++ {
		if try == 50 {
			d.t.Fatalf("%q shows %q and not %q", d.cmd.Args, d.shown.text(), answer)
		}
		if _, err := d.master.WriteString(typed); err != nil {
			d.t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// leave types what ends the command.
func (d *dialogue) leave(typed string) {
	d.t.Helper()
	if _, err := d.master.WriteString(typed); err != nil {
		d.t.Fatal(err)
	}
	if err := d.cmd.Wait(); err != nil {
		d.t.Errorf("%q: %v; it shows %q", d.cmd.Args, err, d.shown.text())
	}
}

// TestTerminalTools has LXC's tools that take a terminal work on a container of lxcfg.
func TestTerminalTools(t *testing.T) {
	requireStock(t)
	for _, l := range []launcher{inBackground(stock(t)), inBackground(ours(t))} {
		t.Run(l.name, func(t *testing.T) {
			c := newContainer(t, 0, with("lxc.tty.max = 2"))
			c.fresh(t)
			repeat := `for on in console tty1 tty2; do while read line </dev/$on; do echo "$on heard $line" >/dev/$on; done & done; wait`
			s := start(t, l, c, "/bin/sh", "-c", repeat)
			tool := func(words ...string) *dialogue {
				argv := isolated([]string{"-P", s.lxcpath}, words...)
				return talk(t, exec.Command(argv[0], argv[1:]...))
			}
			for tty, name := range map[string]string{"0": "console", "1": "tty1", "2": "tty2"} {
				d := tool("lxc-console", "-n", containerName, "-t", tty)
				d.await("Connected to tty " + tty)
				d.ask("a word\r", name+" heard a word")
				d.leave("\x01q")
			}
			// Who has a tty has it alone, and gives it back.
			one := tool("lxc-console", "-n", containerName, "-t", "1")
			one.await("Connected to tty 1")
			if status, said := s.tool(t, "lxc-console", "-t", "1"); status == 0 {
				t.Errorf("a tty is lent twice: %s", said)
			}
			one.leave("\x01q")
			if _, err := exec.LookPath("lxc-top"); err == nil {
				top := tool("lxc-top", "-d", "1")
				top.await(containerName[:min(len(containerName), 16)])
				top.leave("q")
			}
			s.expect(t, 0, ``, "lxc-stop", "-k")
			s.awaitEnd(t)
		})
	}
}
