package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"sekisho/sandbox"
	"sekisho/supervise"
)

func TestDoctorLevels(t *testing.T) {
	for _, c := range []struct {
		host  sandbox.Report
		state string
		words string
	}{
		{sandbox.Report{Level: sandbox.L3, Landlock: 7, Cgroup: "/x"}, healthy, "L3"},
		{sandbox.Report{Level: sandbox.L2, Landlock: 7, Missing: []string{"not started as root"}}, warning, "L2"},
		{sandbox.Report{Level: sandbox.L1, Missing: []string{"Landlock is not there"}}, failure, "refuses to start"},
	} {
		got := confinement(c.host)
		if got[0].State != c.state || !strings.Contains(got[0].Found, c.words) || (c.state != healthy && !strings.Contains(got[0].Remedy, c.host.Missing[0])) {
			t.Errorf("%v: %+v", c.host.Level, got[0])
		}
		if (c.host.Cgroup == "") != (got[2].State == warning) {
			t.Errorf("cgroup: %+v", got[2])
		}
	}
}

func TestDoctorPorts(t *testing.T) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	number := l.Addr().(*net.TCPAddr).Port
	if c := port(number, false); c.State != warning || !strings.Contains(c.Remedy, "ss -ltnp") {
		t.Errorf("taken: %+v", c)
	}
	if c := port(number, true); c.State != healthy {
		t.Errorf("taken by us: %+v", c)
	}
	l.Close()
	if c := port(number, false); c.State != healthy || c.Found != "free" {
		t.Errorf("free: %+v", c)
	}
}

func TestDoctorResolver(t *testing.T) {
	good := func(context.Context, string) ([]*net.NS, error) { return []*net.NS{{Host: "a.root-servers.net."}}, nil }
	bad := func(context.Context, string) ([]*net.NS, error) { return nil, errors.New("timeout") }
	if c := resolver(context.Background(), good); c.State != healthy {
		t.Errorf("%+v", c)
	}
	closed := func(context.Context, string) ([]*net.NS, error) { return nil, &net.DNSError{IsNotFound: true} }
	if c := resolver(context.Background(), closed); c.State != warning {
		t.Errorf("%+v", c)
	}
	if c := resolver(context.Background(), bad); c.State != failure || !strings.Contains(c.Found, "timeout") || c.Remedy == "" {
		t.Errorf("%+v", c)
	}
}

func TestDoctorDisk(t *testing.T) {
	dir := t.TempDir()
	got := disk(dir + "/not/yet/made")
	if len(got) != 2 || !strings.Contains(got[0].Found, dir) || got[1].State == failure {
		t.Errorf("%+v", got)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if got := disk(""); got[0].State != warning {
		t.Errorf("%+v", got)
	}
	if inUse(dir) || inUse("") {
		t.Error("nobody serves this directory")
	}
}

func TestDoctorService(t *testing.T) {
	up := supervise.Status{Level: sandbox.L3, Processes: []supervise.ProcessStatus{{Role: "gate", State: supervise.Serving}}}
	hurt := supervise.Status{Processes: []supervise.ProcessStatus{{Role: "gate", State: supervise.Serving, Denied: 2}}, Alerts: []supervise.Alert{{Call: "execve", Target: "/bin/sh"}}}
	down := supervise.Status{Processes: []supervise.ProcessStatus{{Role: "store", State: supervise.Waiting, Last: "exit status 1"}}}
	for _, c := range []struct {
		st    supervise.Status
		err   error
		state string
		words string
	}{
		{up, nil, healthy, "runs at L3"}, {hurt, nil, warning, "execve /bin/sh"}, {down, nil, failure, "store is waiting (exit status 1)"},
		{up, os.ErrPermission, warning, "permission"},
	} {
		if got := service(c.st, c.err); got.State != c.state || !strings.Contains(got.Found, c.words) {
			t.Errorf("%+v", got)
		}
	}
}

func TestDoctorPrints(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		d := doctorCommand{Timeout: time.Millisecond}
		err := d.Run(&Global{JSON: asJSON, Data: t.TempDir(), Out: &out})
		if err != nil && !errors.Is(err, errUnfit) {
			t.Fatal(err)
		}
		if !asJSON {
			for _, word := range []string{"level", "kernel", "clock", "disk", "durability", "dns", "descriptors"} {
				if !strings.Contains(out.String(), " "+word) {
					t.Errorf("no line about %s:\n%s", word, out.String())
				}
			}
			continue
		}
		var back diagnosis
		if err := json.Unmarshal(out.Bytes(), &back); err != nil || len(back.Checks) < 8 || back.Level == sandbox.L0 {
			t.Errorf("%v: %s", err, out.String())
		}
		for _, c := range back.Checks {
			if c.State != healthy && c.State != warning && c.State != failure || c.Found == "" {
				t.Errorf("%+v", c)
			}
		}
	}
}
