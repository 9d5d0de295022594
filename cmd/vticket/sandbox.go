package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// sandboxSettings are the credentials of the fake platforms. Everybody may know them: they open nothing.
var sandboxSettings = [][2]string{
	{"SECRETS_KEY", "YSBzYW5kYm94IGhhcyBubyBzZWNyZXQgdG8ga2VlcCE="},
	{"TELEGRAM_BOT_TOKEN", "1000000001:sandbox-token-of-nobody"},
	{"TELEGRAM_WEBHOOK_SECRET", "sandbox-telegram-secret"},
	{"ZALO_APP_ID", "360000000000000001"},
	{"ZALO_APP_SECRET", "sandbox-zalo-app-secret"},
	{"ZALO_OA_ID", "388000000000000001"},
	{"ZALO_OA_SECRET_KEY", "sandbox-zalo-oa-secret"},
	{"ZALO_PKCE_VERIFIER", "sandbox-verifier-that-everybody-may-know-43"},
	{"ZALO_TEMPLATES", "answer_fixed=340001,answer_answered=340002,answer_cannot_fix=340003,question=340004"},
	{"ZALO_DAILY_CAP", "100000"},
	{"ZALO_BOT_TOKEN", "2000000001:sandbox-token-of-nobody"},
	{"ZALO_BOT_SECRET", "sandbox-zalo-bot-secret"},
	{"FB_PAGE_ID", "105000000000001"},
	{"FB_PAGE_TOKEN", "sandbox-page-token"},
	{"FB_APP_ID", "905000000000001"},
	{"FB_APP_SECRET", "sandbox-facebook-app-secret"},
	{"FB_VERIFY_TOKEN", "sandbox-verify-token"},
	{"FB_TEMPLATES", "answer_fixed=report_fixed,answer_answered=report_answered,answer_cannot_fix=report_cannot_fix," +
		"question=report_question"},
}

// sandboxEnvironment is what the product's environment has to hold so that it talks to the fakes at an address.
func sandboxEnvironment(base, product string) [][2]string {
	all := append([][2]string{}, sandboxSettings...)
	all = append(all,
		[2]string{"TELEGRAM_BASE_URL", base + "/telegram"}, [2]string{"ZALO_OPENAPI_URL", base + "/zalo"},
		[2]string{"ZALO_BUSINESS_URL", base + "/zalo"}, [2]string{"ZALO_OAUTH_URL", base + "/zalo"},
		[2]string{"ZALO_BOT_URL", base + "/zalobot"}, [2]string{"FB_GRAPH_URL", base + "/facebook"},
		[2]string{"PUBLIC_URL", product})
	if u, err := url.Parse(product); err == nil && u.Scheme == "http" {
		all = append(all, [2]string{"LISTEN_ADDR", u.Host})
	}
	return all
}

func sandboxCommand() *cobra.Command {
	var listen, product string
	cmd := &cobra.Command{
		Use: "sandbox", Args: cobra.NoArgs,
		Short: "Play Telegram, Zalo, Zalo Bot and Facebook, with a page on which to write as a resident",
		Long: "Play Telegram, Zalo, Zalo Bot and Facebook for a product on this machine, with a page on which to\n" +
			"write as a resident beside the raw traffic. Nothing leaves this machine. The product is started with\n" +
			"what vticket sandbox env prints in its environment; make run-sandbox does both.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			address, err := sandboxProduct(product)
			if err != nil {
				return err
			}
			return serveSandbox(cmd.Context(), listen, address, cmd.OutOrStdout())
		},
	}
	cmd.PersistentFlags().StringVar(&listen, "listen", "127.0.0.1:8090", "where to listen")
	cmd.PersistentFlags().StringVar(&product, "product", "http://127.0.0.1:8080", "where the product is")
	cmd.AddCommand(&cobra.Command{
		Use: "env", Args: cobra.NoArgs, Short: "Print the environment with which the product talks to the sandbox",
		RunE: func(cmd *cobra.Command, _ []string) error {
			address, err := sandboxProduct(product)
			if err != nil {
				return err
			}
			return printEnvironment(cmd.OutOrStdout(), sandboxEnvironment("http://"+listen, address))
		},
	})
	return cmd
}

func sandboxProduct(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", errors.New("--product must be like http://127.0.0.1:8080")
	}
	return strings.TrimRight(address, "/"), nil
}

func printEnvironment(out io.Writer, all [][2]string) error {
	for _, setting := range all {
		if _, err := fmt.Fprintf(out, "%s=%s\n", setting[0], setting[1]); err != nil {
			return err
		}
	}
	return nil
}

// serveSandbox plays the platforms until ctx ends.
func serveSandbox(ctx context.Context, listen, product string, out io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	base := "http://" + listener.Addr().String()
	city, err := newFakeCity(base, product)
	if err != nil {
		_ = listener.Close()
		return err
	}
	server := &http.Server{Handler: city.handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	fmt.Fprintln(out, "# The environment of the product; none of it is secret.")
	if err := printEnvironment(out, sandboxEnvironment(base, product)); err != nil {
		return err
	}
	fmt.Fprintf(out, "Sandbox: %s\n", base)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	introduced := make(chan struct{})
	go func() {
		defer close(introduced)
		city.introduce(ctx, out)
	}()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	cancel()
	<-introduced
	city.close() // calls that hang end with it
	_ = server.Close()
	return err
}
