// Command vticket is the whole product in one program: it reads the configuration, chooses the stack, wires the
// packages and holds no rule.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	root := rootCommand()
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "vticket:", err)
		return 1
	}
	return 0
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "vticket", Short: "The backend with which a city listens to its people",
		SilenceErrors: true, SilenceUsage: true,
	}
	serve := serveCommand()
	root.RunE = serve.RunE
	root.Flags().AddFlagSet(serve.Flags())
	root.AddCommand(
		serve, migrateCommand(), adminCommand(), departmentsCommand(), staffCommand(), areasCommand(),
		slaCommand(), channelCommand(), auditCommand(), configCommand(), doctorCommand(), demoCommand(),
		sandboxCommand(), classifyCommand(), simulateCommand(), residentsCommand(), correctionsCommand(),
		versionCommand(),
	)
	refuseUnknown(root)
	return root
}

// refuseUnknown lets every command that only has others under it fail for one that it has not. Left alone the library
// prints help and succeeds: a misspelt "audit verify" of a nightly job would look like proof.
func refuseUnknown(of *cobra.Command) {
	for _, c := range of.Commands() {
		if refuseUnknown(c); c.Runnable() {
			continue
		}
		c.RunE = func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return fmt.Errorf("unknown command %q for %q: see %[2]s --help", args[0], c.CommandPath())
		}
	}
}
