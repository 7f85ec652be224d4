package db

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// child is a running program of the engine.
type child struct {
	process *os.Process
	done    chan struct{} // closed when it has ended
	err     error         // how, once done
}

// The names under which a child finds the folders that it is given as open
// descriptors. That way no folder above needs to be open to the engine's user (when
// tillit runs as root, /root and temporary folders are not), and a socket's path is
// always short enough.
const (
	childData = "/proc/self/fd/3"
	childRun  = "/proc/self/fd/4"
)

// spawn starts a program of the engine as the home's user, with data and run at the
// names above, what it says going to out. It ends by itself, in good order, when this
// process ends in any way.
func (h *home) spawn(e engine, program, data string, out io.Writer, stop syscall.Signal, args ...string) (*child, error) {
	dataDir, err := os.Open(data)
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	defer dataDir.Close()
	runDir, err := os.Open(h.path("run"))
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	defer runDir.Close()

	cmd := exec.Command(e.bin+"/"+program, args...)
	cmd.Env = childEnv()
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = out, out
	cmd.ExtraFiles = []*os.File{dataDir, runDir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: stop}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(h.user.uid), Gid: uint32(h.user.gid)}
	}

	c := &child{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The signal at the parent's death follows the thread that started the child:
		// this one has to live as long as the child does.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		close(c.done)
	}()
	if err := <-started; err != nil {
		if os.IsPermission(err) {
			return nil, fmt.Errorf("db: %s can't be run as user %d: %w. Every folder above it must be open to that user, and root must be allowed to become it", cmd.Path, h.user.uid, err)
		}
		return nil, fmt.Errorf("db: start %s: %w", program, err)
	}
	c.process = cmd.Process
	return c, nil
}

// signal is a no-op when the child has ended.
func (c *child) signal(s syscall.Signal) {
	select {
	case <-c.done:
	default:
		_ = c.process.Signal(s) // it may end meanwhile, which is fine
	}
}

// how tells how a child has ended.
func (c *child) how() string {
	if c.err == nil {
		return "exit status 0"
	}
	return c.err.Error()
}

// lastLines gives the end of what an engine said, for an error text.
func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-6):], "\n")
}
