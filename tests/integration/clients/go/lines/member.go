package lines

import "time"

// A Membership is what a job of joining a group adds.
type Membership struct {
	Group       string   `json:"group"`
	Topics      []string `json:"topics"`
	Protocol    string   `json:"protocol"`
	Assignors   []string `json:"assignors"`
	Instance    string   `json:"instance"`
	SessionMs   int64    `json:"session_ms"`
	HeartbeatMs int64    `json:"heartbeat_ms"`
	Commits     string   `json:"commits"`
}

// Session is the session timeout.
func (m Membership) Session() time.Duration { return time.Duration(m.SessionMs) * time.Millisecond }

// Heartbeat is how often a member says that it is there.
func (m Membership) Heartbeat() time.Duration {
	return time.Duration(m.HeartbeatMs) * time.Millisecond
}

// CommitsOnRevocation says whether positions are committed when partitions go.
func (m Membership) CommitsOnRevocation() bool { return m.Commits == "revoked" }

// A Place is a topic and a partition, in a line a pair.
type Place struct {
	Topic     string
	Partition int32
}

// Positions are the offsets to go on from.
type Positions map[Place]int64

// A Seen record is what a member tells of one.
type Seen struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Value     []byte `json:"value"`
}

// Who is the member's own id and generation (or epoch).
type Who struct {
	Member     string
	Generation int32
}

// A Member of a group; it tells of partitions itself, and of records in Poll or before.
type Member interface {
	Poll()
	Commit() Positions
	Leave()
}

// takePart is to be a member until told to leave.
func takePart(member Member, jobs <-chan Job) {
	for {
		select {
		case job := <-jobs:
			if job.Do == "leave" {
				member.Leave()
				tell("left", map[string]any{})
				return
			}
			tell("committed", map[string]any{"committed": listOf(member.Commit())})
		default:
			member.Poll()
		}
	}
}

func tell(event string, told map[string]any) {
	told["event"] = event
	told["at"] = float64(time.Now().UnixMicro()) / 1e6
	say(told)
}

// TellPlaces tells that partitions were assigned, revoked or lost, and what was committed.
func TellPlaces(event string, places []Place, committed Positions, who Who) {
	pairs := [][]any{}
	for _, place := range places {
		pairs = append(pairs, []any{place.Topic, place.Partition})
	}
	tell(event, map[string]any{
		"partitions": pairs, "committed": listOf(committed),
		"member": who.Member, "generation": who.Generation,
	})
}

// TellRecords tells of records, if any.
func TellRecords(records []Seen, who Who) {
	if len(records) > 0 {
		tell("records", map[string]any{
			"records": records, "member": who.Member, "generation": who.Generation,
		})
	}
}

func listOf(positions Positions) [][]any {
	list := [][]any{}
	for place, at := range positions {
		list = append(list, []any{place.Topic, place.Partition, at})
	}
	return list
}

// PlacesOf returns what both libraries have: partitions by topic.
func PlacesOf(partitions map[string][]int32) []Place {
	places := []Place{}
	for topic, numbers := range partitions {
		for _, number := range numbers {
			places = append(places, Place{topic, number})
		}
	}
	return places
}
