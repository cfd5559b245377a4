package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"logion/clients/lines"
)

var strategies = map[string]func() sarama.BalanceStrategy{
	"range":              sarama.NewBalanceStrategyRange,
	"roundrobin":         sarama.NewBalanceStrategyRoundRobin,
	"sticky":             sarama.NewBalanceStrategySticky,
	"cooperative-sticky": sarama.NewBalanceStrategyCooperativeSticky,
}

const pollTime = 100 * time.Millisecond

// A member tells of a partition when its claim begins and ends, which happens in
// goroutines of the library: with each protocol, between two joins.
type member struct {
	job   lines.Job
	group sarama.ConsumerGroup
	ended chan struct{}
	end   context.CancelFunc

	sync.Mutex
	session   sarama.ConsumerGroupSession
	positions lines.Positions
}

func join(job lines.Job) lines.Member {
	config := configure(job)
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Enable = false
	config.Consumer.MaxWaitTime = pollTime
	config.Consumer.Retry.Backoff = pollTime
	config.Consumer.Group.Session.Timeout = job.Session()
	config.Consumer.Group.Heartbeat.Interval = job.Heartbeat()
	config.Consumer.Group.Rebalance.Retry.Backoff = pollTime
	config.Consumer.Group.InstanceId = job.Instance
	chosen := []sarama.BalanceStrategy{}
	for _, name := range job.Assignors {
		chosen = append(chosen, strategies[name]())
	}
	config.Consumer.Group.Rebalance.GroupStrategies = chosen
	group, err := sarama.NewConsumerGroup([]string{job.Bootstrap}, job.Group, config)
	lines.Must(err)
	ctx, cancel := context.WithCancel(context.Background())
	m := &member{job: job, group: group, ended: make(chan struct{}), end: cancel, positions: lines.Positions{}}
	go m.consume(ctx)
	return m
}

// consume joins again after each session; errors are of a broker that is away.
func (m *member) consume(ctx context.Context) {
	defer close(m.ended)
	for ctx.Err() == nil {
		err := m.group.Consume(ctx, m.job.Topics, m)
		if errors.Is(err, sarama.ErrClosedConsumerGroup) {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			time.Sleep(pollTime)
		}
	}
}

func (m *member) Setup(session sarama.ConsumerGroupSession) error {
	m.Lock()
	defer m.Unlock()
	m.session = session
	return nil
}

func (m *member) Cleanup(sarama.ConsumerGroupSession) error {
	m.Lock()
	defer m.Unlock()
	m.session = nil
	return nil
}

func who(session sarama.ConsumerGroupSession) lines.Who {
	return lines.Who{Member: session.MemberID(), Generation: session.GenerationID()}
}

func (m *member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	place := lines.Place{Topic: claim.Topic(), Partition: claim.Partition()}
	lines.TellPlaces("assigned", []lines.Place{place}, nil, who(session))
	for message := range claim.Messages() {
		if session.Context().Err() != nil {
			break
		}
		m.take(session, place, message)
	}
	m.revoked(session, place)
	return nil
}

func (m *member) take(session sarama.ConsumerGroupSession, place lines.Place, message *sarama.ConsumerMessage) {
	m.Lock()
	defer m.Unlock()
	seen := lines.Seen{Topic: place.Topic, Partition: place.Partition, Offset: message.Offset, Value: message.Value}
	lines.TellRecords([]lines.Seen{seen}, who(session))
	m.positions[place] = message.Offset + 1
}

func (m *member) revoked(session sarama.ConsumerGroupSession, place lines.Place) {
	m.Lock()
	defer m.Unlock()
	committed := lines.Positions{}
	if at, ok := m.positions[place]; ok && m.job.CommitsOnRevocation() {
		committed[place] = at
		session.MarkOffset(place.Topic, place.Partition, at, "")
		session.Commit()
	}
	lines.TellPlaces("revoked", []lines.Place{place}, committed, who(session))
	delete(m.positions, place)
}

// Poll lets the library's goroutines tell of records.
func (m *member) Poll() { time.Sleep(pollTime) }

// Commit asks the broker what is committed, and commits again until it is: the library
// tells nobody when the coordinator is away or loads, as it is after a restart.
func (m *member) Commit() lines.Positions {
	for deadline := time.Now().Add(m.job.Patience()); ; time.Sleep(pollTime) {
		committed := m.commitOnce()
		if m.isStored(committed) {
			return committed
		}
		if time.Now().After(deadline) {
			lines.Must(fmt.Errorf("%v was not committed", committed))
		}
	}
}

func (m *member) commitOnce() lines.Positions {
	m.Lock()
	defer m.Unlock()
	committed := lines.Positions{}
	if m.session != nil {
		for place, at := range m.positions {
			committed[place] = at
			m.session.MarkOffset(place.Topic, place.Partition, at, "")
		}
		m.session.Commit()
	}
	return committed
}

func (m *member) isStored(committed lines.Positions) bool {
	asked := map[string][]int32{}
	for place := range committed {
		asked[place.Topic] = append(asked[place.Topic], place.Partition)
	}
	admin, err := sarama.NewClusterAdmin([]string{m.job.Bootstrap}, configure(m.job))
	if err != nil {
		return false
	}
	defer admin.Close()
	answer, err := admin.ListConsumerGroupOffsets(m.job.Group, asked)
	if err != nil {
		return false
	}
	for place, at := range committed {
		block := answer.GetBlock(place.Topic, place.Partition)
		if block == nil || block.Err != sarama.ErrNoError || block.Offset != at {
			return false
		}
	}
	return true
}

func (m *member) Leave() {
	m.end()
	<-m.ended
	lines.Must(m.group.Close())
}
