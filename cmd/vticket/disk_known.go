//go:build linux || darwin

package main

import "syscall"

// diskFree is what is free for us on the disk of a folder, in bytes.
func diskFree(folder string) (uint64, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil {
		return 0, err
	}
	return disk.Bavail * uint64(disk.Bsize), nil
}
