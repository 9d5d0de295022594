// Package models knows the nouns of Vticket and the rules that need nothing but their arguments: which move is
// legal, who may make it, what an event hashes to, how words are folded. It never touches a database, a network
// or the clock of the machine.
package models
