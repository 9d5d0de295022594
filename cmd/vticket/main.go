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
	return root
}
