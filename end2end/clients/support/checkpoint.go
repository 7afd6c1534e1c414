// Verifies checkpoints of an audit log with Go's own code for signed notes and transparency logs. Only the
// bytes of a link are made here, as the help has them.
//
//	checkpoint verify NOTE EXPORT KEY...    an export against a checkpoint
//	checkpoint prove PROOF LINE KEY...      a line of an export, with a proof
//	checkpoint follow REQUEST NOTE KEY...   what a witness was sent, against the checkpoint that it has
//	checkpoint sign TEXT NAME               a note with that text, and the new key that has signed it
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// What Go's own log is called: its reader of checkpoints takes no other.
const goLog = "go.sum database tree"

type link struct {
	Chain  string
	Link   int64
	Kind   *string
	Fields []json.RawMessage
	Leaf   string
}

func main() {
	said, err := run(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(said)
}

func run(action string, args []string) (any, error) {
	first, err := os.ReadFile(args[0])
	if err != nil {
		return nil, err
	}
	switch action {
	case "verify":
		return verify(first, args[1], args[2:])
	case "prove":
		return prove(string(first), args[1], args[2:])
	case "follow":
		return follow(string(first), args[1], args[2:])
	case "sign":
		return sign(string(first), args[1])
	}
	return nil, errors.New("there is no such action")
}

// open reads a checkpoint that at least one of the keys has signed, each with a name that is its origin.
func open(text []byte, keys []string) (*note.Note, tlog.Tree, error) {
	var known []note.Verifier
	for _, key := range keys {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return nil, tlog.Tree{}, err
		}
		known = append(known, verifier)
	}
	opened, err := note.Open(text, note.VerifierList(known...))
	if err != nil {
		return nil, tlog.Tree{}, err
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	for _, signature := range opened.Sigs {
		if signature.Name != origin {
			return nil, tlog.Tree{}, errors.New("the key is of another log")
		}
	}
	tree, err := tlog.ParseTree([]byte(goLog + "\n" + rest))
	return opened, tree, err
}

func verify(text []byte, export string, keys []string) (any, error) {
	opened, tree, err := open(text, keys)
	if err != nil {
		return nil, err
	}
	links, err := read(export)
	if err != nil {
		return nil, err
	}
	if int64(len(links)) < tree.N {
		return nil, errors.New("the export is too short")
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for at, link := range links[:tree.N] {
		leaf, err := link.hash()
		if err != nil {
			return nil, err
		}
		more, err := tlog.StoredHashesForRecordHash(int64(at), leaf, reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return nil, err
	}
	if root != tree.Hash {
		return nil, errors.New("the root is another one")
	}
	return map[string]int64{"links": tree.N, "signatures": int64(len(opened.Sigs))}, nil
}

func prove(proof string, export string, keys []string) (any, error) {
	head, checkpoint, _ := strings.Cut(proof, "\n\n")
	version, head, _ := strings.Cut(head, "\n")
	if version != "c2sp.org/tlog-proof@v1" {
		return nil, errors.New("this is no proof")
	}
	index, path, err := hashes(head, "index ")
	if err != nil {
		return nil, err
	}
	_, tree, err := open([]byte(checkpoint), keys)
	if err != nil {
		return nil, err
	}
	links, err := read(export)
	if err != nil {
		return nil, err
	}
	leaf, err := links[0].hash()
	if err != nil {
		return nil, err
	}
	return map[string]int64{"index": index}, tlog.CheckRecord(path, tree.N, tree.Hash, index, leaf)
}

func follow(request string, earlier string, keys []string) (any, error) {
	head, checkpoint, _ := strings.Cut(request, "\n\n")
	old, path, err := hashes(head, "old ")
	if err != nil {
		return nil, err
	}
	_, tree, err := open([]byte(checkpoint), keys)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(earlier)
	if err != nil {
		return nil, err
	}
	_, before, err := open(text, keys)
	if err != nil {
		return nil, err
	}
	if before.N != old {
		return nil, errors.New("it follows another checkpoint")
	}
	return map[string]int64{"from": old, "to": tree.N}, tlog.CheckTree(path, tree.N, tree.Hash, old, before.Hash)
}

// hashes reads a line with a number, and the hashes of a proof after it.
func hashes(text string, word string) (int64, []tlog.Hash, error) {
	lines := strings.Split(text, "\n")
	number, err := strconv.ParseInt(strings.TrimPrefix(lines[0], word), 10, 64)
	if err != nil {
		return 0, nil, err
	}
	var path []tlog.Hash
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, err
		}
		path = append(path, hash)
	}
	return number, path, nil
}

func sign(text string, name string) (any, error) {
	secret, key, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	return map[string]string{"key": key, "note": string(signed)}, err
}

func read(export string) ([]link, error) {
	text, err := os.ReadFile(export)
	if err != nil {
		return nil, err
	}
	var links []link
	for decoder := json.NewDecoder(bytes.NewReader(text)); decoder.More(); {
		var next link
		if err := decoder.Decode(&next); err != nil {
			return nil, err
		}
		links = append(links, next)
	}
	return links, nil
}

// hash gives the leaf: of what the line says, or for an old link that was removed, as it stands there.
func (l link) hash() (tlog.Hash, error) {
	if l.Kind == nil {
		return fromHex(l.Leaf)
	}
	chain, err := hex.DecodeString(strings.ReplaceAll(l.Chain, "-", ""))
	if err != nil {
		return tlog.Hash{}, err
	}
	parts := [][]byte{[]byte("regcred/link/v1"), chain, eightBytes(l.Link), []byte(*l.Kind)}
	for _, field := range l.Fields {
		bytes, err := bytesOf(field)
		if err != nil {
			return tlog.Hash{}, err
		}
		parts = append(parts, bytes)
	}
	var record []byte
	for _, part := range parts {
		record = append(record, eightBytes(int64(len(part)))...)
		record = append(record, part...)
	}
	leaf := tlog.RecordHash(record)
	if hex.EncodeToString(leaf[:]) != l.Leaf {
		return leaf, fmt.Errorf("link %d is not what its leaf is of", l.Link)
	}
	return leaf, nil
}

func eightBytes(number int64) []byte {
	bytes := make([]byte, 8)
	binary.BigEndian.PutUint64(bytes, uint64(number))
	return bytes
}

func bytesOf(field json.RawMessage) ([]byte, error) {
	var text string
	if json.Unmarshal(field, &text) == nil {
		return []byte(text), nil
	}
	var other struct{ Hex string }
	if err := json.Unmarshal(field, &other); err != nil {
		return nil, err
	}
	return hex.DecodeString(other.Hex)
}

func fromHex(text string) (hash tlog.Hash, err error) {
	bytes, err := hex.DecodeString(text)
	if err == nil && copy(hash[:], bytes) != tlog.HashSize {
		err = errors.New("a leaf has 32 bytes")
	}
	return hash, err
}
