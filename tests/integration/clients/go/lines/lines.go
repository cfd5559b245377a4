// Package lines is the loop of the Go client programs: JSON jobs in, JSON answers out.
package lines

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Header is a pair [name, value]; the value is base64 in a line.
type Header struct {
	Name  string
	Value []byte
}

// MarshalJSON writes the pair.
func (h Header) MarshalJSON() ([]byte, error) { return json.Marshal([]any{h.Name, h.Value}) }

// UnmarshalJSON reads the pair.
func (h *Header) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&h.Name, &h.Value})
}

// A Record as a line has it; Go's JSON writes []byte as base64 and nil as null.
type Record struct {
	Offset    int64    `json:"offset"`
	Timestamp int64    `json:"timestamp"`
	Key       []byte   `json:"key"`
	Value     []byte   `json:"value"`
	Headers   []Header `json:"headers"`
}

// A Job is one line of stdin.
type Job struct {
	Do         string   `json:"do"`
	Bootstrap  string   `json:"bootstrap"`
	Topic      string   `json:"topic"`
	Partition  int32    `json:"partition"`
	Release    string   `json:"release"`
	Seconds    float64  `json:"seconds"`
	Codec      string   `json:"codec"`
	Acks       int      `json:"acks"`
	Idempotent bool     `json:"idempotent"`
	Records    []Record `json:"records"`
	Offset     int64    `json:"offset"`
	Count      int      `json:"count"`
	Isolation  string   `json:"isolation"`
	Transacting
	Membership
}

// Patience is how long the job may take.
func (j Job) Patience() time.Duration { return time.Duration(j.Seconds * float64(time.Second)) }

// IsBefore says whether the broker's release is older than the version given.
func (j Job) IsBefore(version ...int) bool {
	for i, part := range strings.Split(j.Release, ".") {
		number, err := strconv.Atoi(part)
		Must(err)
		if i == len(version) || number != version[i] {
			return i < len(version) && number < version[i]
		}
	}
	return false
}

// Must ends the program with the reason on stderr.
func Must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Transacting is what jobs with transactions have besides.
type Transacting struct {
	ID       string   `json:"id"`
	Steps    []Step   `json:"steps"`
	Rivalled []Record `json:"rivalled"`
	To       string   `json:"to"`
}

// A Step is one transaction.
type Step struct {
	Records []Record `json:"records"`
	Commit  bool     `json:"commit"`
}

// Transactions is what a program does that has them: what a fenced producer was told, nil
// if nothing, and how many records were copied.
type Transactions struct {
	Transact func(Job) any
	Relay    func(Job) int
}

// Serve answers jobs from stdin until it ends.
func Serve(
	produce func(Job) []int64, consume func(Job) []Record, join func(Job) Member, transactions Transactions,
) {
	jobs := make(chan Job)
	go read(jobs)
	for job := range jobs {
		switch job.Do {
		case "produce":
			say(map[string]any{"offsets": produce(job)})
		case "consume":
			say(map[string]any{"records": consume(job)})
		case "transact":
			say(map[string]any{"fenced": transactions.Transact(job)})
		case "relay":
			say(map[string]any{"relayed": transactions.Relay(job)})
		default:
			takePart(join(job), jobs)
		}
	}
}

func read(jobs chan<- Job) {
	lines := json.NewDecoder(os.Stdin)
	for {
		var job Job
		err := lines.Decode(&job)
		if err == io.EOF {
			os.Exit(0)
		}
		Must(err)
		jobs <- job
	}
}

var speaking sync.Mutex

// say writes one line; members speak from more than one goroutine.
func say(answer any) {
	speaking.Lock()
	defer speaking.Unlock()
	Must(json.NewEncoder(os.Stdout).Encode(answer))
}
