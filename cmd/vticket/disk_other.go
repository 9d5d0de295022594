//go:build !linux && !darwin

package main

import "errors"

// diskFree does not know this system.
func diskFree(string) (uint64, error) { return 0, errors.ErrUnsupported }
