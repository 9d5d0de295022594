package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// maxLine is the longest line of input, in bytes: 64 KiB of text with every letter escaped.
const maxLine = 1 << 20

var errNoAnswer = errors.New("no answer is needed")

var errLongLine = fmt.Errorf("longer than %d KiB", maxLine>>10)

// answerLines answers every line of standard input with one JSON object on standard output, at once. What is wrong with
// a line goes to standard error with its number; the others are answered all the same, and the error at the end says
// how many were not. A line with errNoAnswer needs none.
func answerLines(cmd *cobra.Command, answer func(line []byte) (any, error)) error {
	in, out := bufio.NewReaderSize(cmd.InOrStdin(), 64<<10), json.NewEncoder(cmd.OutOrStdout())
	out.SetEscapeHTML(false)
	faults := 0
	for n := 1; ; n++ {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return fmt.Errorf("read line %d: %w", n, err)
		}
		var said any
		if err == nil {
			said, err = answer(line)
		}
		if cmd.Context().Err() != nil {
			return cmd.Context().Err()
		}
		switch {
		case errors.Is(err, errNoAnswer):
			continue
		case err != nil:
			faults++
			fmt.Fprintf(cmd.ErrOrStderr(), "line %d: %v\n", n, err)
			continue
		}
		if err := out.Encode(said); err != nil {
			return fmt.Errorf("write the answer to line %d: %w", n, err)
		}
	}
	if faults > 0 {
		return fmt.Errorf("%d lines have faults", faults)
	}
	return nil
}

// readLine returns the next line without its end; a longer one than maxLine is read over and is errLongLine.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		piece, err := in.ReadSlice('\n')
		if long = long || len(line)+len(piece) > maxLine; !long {
			line = append(line, piece...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF), err != nil && len(line) == 0 && !long:
			return nil, err
		case long:
			return nil, errLongLine
		}
		return bytes.TrimRight(line, "\r\n"), nil
	}
}
