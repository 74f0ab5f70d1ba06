package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// terminal says whether a person sits there.
func terminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// silently runs f while a terminal does not show what is typed, and puts it back also when the person gives up.
func silently(in *os.File, f func() error) error {
	before, err := unix.IoctlGetTermios(int(in.Fd()), unix.TCGETS)
	if err != nil { // no terminal
		return f()
	}
	quiet := *before
	quiet.Lflag &^= unix.ECHO
	restore := func() { unix.IoctlSetTermios(int(in.Fd()), unix.TCSETS, before) }
	gaveUp := make(chan os.Signal, 1)
	signal.Notify(gaveUp, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(gaveUp)
	go func() {
		if _, ok := <-gaveUp; ok {
			restore()
			os.Exit(1)
		}
	}()
	if err := unix.IoctlSetTermios(int(in.Fd()), unix.TCSETS, &quiet); err != nil {
		return err
	}
	defer restore()
	return f()
}
