// Command sekisho is the whole product in one file: the supervisor, every role, and the operator's commands.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

// commands is the command line, one field per command; each lives in a file of its own.
type commands struct {
	Global `embed:""`

	Demo        demoCommand        `cmd:"" help:"Run a demonstration: two customers, first mails, nothing needed."`
	Init        initCommand        `cmd:"" help:"Make a data directory and a configuration file to begin with."`
	Serve       serveCommand       `cmd:"" help:"Run the service."`
	Doctor      doctorCommand      `cmd:"" help:"Look at this host: confinement, clock, disk, resolver, ports."`
	Roles       rolesCommand       `cmd:"" help:"Print who runs as what and may ask whom."`
	Contract    contractCommand    `cmd:"" help:"Customers."`
	Domain      domainCommand      `cmd:"" help:"Domains of customers."`
	Report      reportCommand      `cmd:"" help:"What other receivers report about customers' domains."`
	TLS         tlsCommand         `cmd:"" name:"tls" help:"Certificates of this installation's host names."`
	Account     accountCommand     `cmd:"" help:"Mailboxes."`
	Alias       aliasCommand       `cmd:"" help:"Addresses that lead to others."`
	Quarantine  quarantineCommand  `cmd:"" help:"Inbound mail kept from recipients."`
	Feed        feedCommand        `cmd:"" help:"Lists of bad hosts and addresses, for all contracts."`
	Insider     insiderCommand     `cmd:"" help:"Who does with mail what is unusual for him, and why: for an auditor."`
	URLs        urlsCommand        `cmd:"" name:"urls" help:"Links in mail: hosts that are allowed or blocked, and clicks."`
	Digest      digestCommand      `cmd:"" help:"Mails that tell people what was kept from them."`
	Hold        holdCommand        `cmd:"" help:"Outbound mail kept back."`
	Queue       queueCommand       `cmd:"" help:"Outbound mail on its way."`
	Trace       traceCommand       `cmd:"" help:"What became of a mail, and why."`
	Ledger      ledgerCommand      `cmd:"" help:"Who was given which key."`
	Witness     witnessCommand     `cmd:"" help:"Sign checkpoints of other installations' ledgers, on a host of one's own."`
	Vault       vaultCommand       `cmd:"" help:"Keys of the installation."`
	Archive     archiveCommand     `cmd:"" help:"Archives of contracts, opened by officers."`
	Backup      backupCommand      `cmd:"" help:"Make a data backup of the running service."`
	Restore     restoreCommand     `cmd:"" help:"Put a data backup back, under the current key table."`
	Incident    incidentCommand    `cmd:"" help:"Breaches: what was reached, whom to tell."`
	Drill       drillCommand       `cmd:"" help:"Breaches whose truth is known, to see that their scope is found."`
	Scan        scanCommand        `cmd:"" help:"Inspect mails and files without a running service."`
	Score       scoreCommand       `cmd:"" help:"Score mails, one line of JSON each; or measure the inspection on a corpus with labels."`
	Eval        evalCommand        `cmd:"" help:"Measure the inspection on every collection with labels: one table."`
	Replay      replayCommand      `cmd:"" help:"Say what rules would have done with the mail of the last days."`
	Learn       learnCommands      `cmd:"" help:"Learn wanted and unwanted mail; or remake the spam model from a corpus."`
	Policy      policyCommand      `cmd:"" help:"Try rules on mails without a running service."`
	Fingerprint fingerprintCommand `cmd:"" help:"Turn a customer's own data into keyed fingerprints, at the customer."`
	Auth        authCommand        `cmd:"" help:"Sender authentication: SPF, DKIM, DMARC and ARC."`

	Role  roleCommand  `cmd:"" hidden:"" help:"Play one role; started by the supervisor."`
	Guide guideCommand `cmd:"" hidden:"" help:"Fill a demonstration; started by demo."`
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
	if len(os.Args) == 3 && os.Args[1] == "role" { // roles are started often: without reading the whole command line's grammar
		if err := c.Role.Run(&c.Global); err != nil {
			fmt.Fprintln(os.Stderr, "sekisho:", err)
			os.Exit(1)
		}
		return
	}
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
