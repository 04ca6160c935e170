// The peer of test/interop/sumdb.ts: Go's own checksum database code (golang.org/x/mod/sumdb) judges our notes, proofs,
// digests and, over loopback, our log. Reads one case from standard input, prints a line for each thing that it refuses,
// and exits 1 if there is any. Built in GOPATH mode from packages that are on the machine; nothing is fetched.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type tree struct {
	Size, Index, Older          int64
	Note, Leaf, Root, OlderRoot string
	Inclusion, Consistency      []string
}

type lookup struct {
	Path, Version, Line string
}

type input struct {
	VKey       string
	Trees      []tree
	Folder, H1 string
	// Our log, then the same log with one record changed, signed by the same key.
	Server, Forked string
	Lookups        []lookup
}

var bad, checked int

func expect(what string, err error) {
	checked++
	if err != nil {
		bad++
		fmt.Println(what+":", err)
	}
}

func hash(s string) tlog.Hash {
	h, err := tlog.ParseHash(s)
	expect("hash", err)
	return h
}

func judge(t tree, verifier note.Verifier) {
	n, err := note.Open([]byte(t.Note), note.VerifierList(verifier))
	expect("note", err)
	if err == nil {
		parsed, err := tlog.ParseTree([]byte(n.Text))
		if err == nil && (parsed.N != t.Size || parsed.Hash != hash(t.Root)) {
			err = fmt.Errorf("another tree")
		}
		expect("tree", err)
	}
	leaf, err := base64.StdEncoding.DecodeString(t.Leaf)
	expect("leaf", err)
	var inclusion tlog.RecordProof
	for _, h := range t.Inclusion {
		inclusion = append(inclusion, hash(h))
	}
	expect("inclusion", tlog.CheckRecord(inclusion, t.Size, hash(t.Root), t.Index, tlog.RecordHash(leaf)))
	var consistency tlog.TreeProof
	for _, h := range t.Consistency {
		consistency = append(consistency, hash(h))
	}
	expect("consistency", tlog.CheckTree(consistency, t.Size, hash(t.Root), t.Older, hash(t.OlderRoot)))
}

// ops is what sumdb.Client needs of its surroundings, in memory. Our tiles are those of C2SP tlog-tiles, whose paths leave
// out the height that Go's have (always 8): that is the one thing translated.
type ops struct {
	mu     sync.Mutex
	server string
	config map[string][]byte
	cache  map[string][]byte
	alarm  string
}

func (o *ops) ReadRemote(path string) ([]byte, error) {
	path = strings.Replace(path, "/tile/8/", "/tile/", 1)
	response, err := http.Get(o.server + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != 200 {
		err = fmt.Errorf("%s: %s", path, response.Status)
	}
	return body, err
}

func (o *ops) ReadConfig(file string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.config[file], nil
}

func (o *ops) WriteConfig(file string, old, new []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if string(old) != string(o.config[file]) {
		return sumdb.ErrWriteConflict
	}
	o.config[file] = new
	return nil
}

func (o *ops) ReadCache(file string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if data, ok := o.cache[file]; ok {
		return data, nil
	}
	return nil, fmt.Errorf("not cached")
}

func (o *ops) WriteCache(file string, data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cache[file] = data
}

func (o *ops) Log(msg string)           {}
func (o *ops) SecurityError(msg string) { o.alarm = msg }

func ask(in input) {
	o := &ops{server: in.Server, config: map[string][]byte{"key": []byte(in.VKey)}, cache: map[string][]byte{}}
	client := sumdb.NewClient(o)
	for _, l := range in.Lookups {
		lines, err := client.Lookup(l.Path, l.Version)
		if err == nil && (len(lines) != 1 || lines[0] != l.Line) {
			err = fmt.Errorf("%q", lines)
		}
		expect("lookup "+l.Path, err)
	}
	_, err := client.Lookup("huggingface.co/datasets/acme/unknown", in.Lookups[0].Version)
	if err == nil {
		err = fmt.Errorf("a record that is not there was found")
	} else {
		err = nil
	}
	expect("unknown", err)
	if o.alarm != "" {
		expect("alarm", fmt.Errorf("%s", o.alarm))
	}
	// The same client, with the tree head and the tiles that it keeps, is shown the fork.
	forked := &ops{server: in.Forked, config: o.config, cache: map[string][]byte{}}
	for file, data := range o.cache {
		if strings.Contains(file, "/tile/") {
			forked.cache[file] = data
		}
	}
	if _, err := sumdb.NewClient(forked).Lookup(in.Lookups[0].Path, in.Lookups[0].Version); err == nil {
		expect("fork", fmt.Errorf("was not found out"))
	} else if forked.alarm == "" && !strings.Contains(err.Error(), "inconsistent tile") {
		expect("fork", fmt.Errorf("for another reason: %v", err))
	} else {
		expect("fork", nil)
	}
}

func main() {
	var in input
	data, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = json.Unmarshal(data, &in)
	}
	if err != nil {
		panic(err)
	}
	verifier, err := note.NewVerifier(in.VKey)
	if err != nil {
		panic(err)
	}
	for _, t := range in.Trees {
		judge(t, verifier)
	}
	h1, err := dirhash.HashDir(in.Folder, "", dirhash.Hash1)
	if err == nil && h1 != in.H1 {
		err = fmt.Errorf("%s is not %s", h1, in.H1)
	}
	expect("dirhash", err)
	ask(in)
	skey, vkey, err := note.GenerateKey(nil, "go.example")
	if err != nil {
		panic(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		panic(err)
	}
	signed, err := note.Sign(&note.Note{Text: "from Go\n"}, signer)
	expect("sign", err)
	out, _ := json.Marshal(map[string]any{"vkey": vkey, "note": string(signed), "checked": checked})
	if err := os.WriteFile("go.json", out, 0o600); err != nil {
		panic(err)
	}
	if bad > 0 {
		os.Exit(1)
	}
}
