// Package lines is the loop of the Go client programs: JSON jobs in, JSON answers out.
package lines

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
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

// Serve answers jobs from stdin until it ends.
func Serve(produce func(Job) []int64, consume func(Job) []Record) {
	jobs, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var job Job
		err := jobs.Decode(&job)
		if err == io.EOF {
			return
		}
		Must(err)
		if job.Do == "produce" {
			Must(answers.Encode(map[string]any{"offsets": produce(job)}))
		} else {
			Must(answers.Encode(map[string]any{"records": consume(job)}))
		}
	}
}
