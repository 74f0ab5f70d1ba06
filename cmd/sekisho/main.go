// Command sekisho is the whole product in one file: the supervisor, every role, and the operator's commands.
package main

import (
	"io"
	"os"

	"github.com/alecthomas/kong"
)

// commands is the command line, one field per command; each lives in a file of its own.
type commands struct {
	Global `embed:""`

	Scan  scanCommand  `cmd:"" help:"Inspect mails and files without a running service."`
	Score scoreCommand `cmd:"" help:"Measure the inspection with a labelled collection of mails."`
	Learn learnCommand `cmd:"" help:"Make the spam model anew from a labelled collection of mails."`
}

// Global is what every command is given.
type Global struct {
	JSON   bool   `name:"json" help:"Print JSON instead of text."`
	Data   string `name:"data" placeholder:"DIR" help:"Data directory of the running service."`
	Config string `name:"config" placeholder:"FILE" help:"Configuration file of the running service."`

	Out io.Writer `kong:"-"` // results
	Err io.Writer `kong:"-"` // progress and messages
}

func main() {
	var c commands
	c.Global.Out, c.Global.Err = os.Stdout, os.Stderr
	k := kong.Parse(&c, kong.Name("sekisho"), kong.Description("Integrated e-mail security service."), kong.UsageOnError(), kong.Exit(exit))
	k.FatalIfErrorf(k.Run(&c.Global))
}

// exit ends the command: 0 all is well, 1 it failed, 2 it was used wrongly.
func exit(code int) {
	const usage = 80 // what the parser of the command line says
	if code == usage {
		code = 2
	}
	os.Exit(code)
}
