package main

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"logion/clients/lines"
)

// The broker's "uniform" assignor is asked for with what is most like it here.
var balancers = map[string]kgo.GroupBalancer{
	"range":              kgo.RangeBalancer(),
	"roundrobin":         kgo.RoundRobinBalancer(),
	"sticky":             kgo.StickyBalancer(),
	"cooperative-sticky": kgo.CooperativeStickyBalancer(),
	"uniform":            kgo.StickyBalancer(),
}

const pollTime = 100 * time.Millisecond

// A member never rebalances between a poll and the end of telling of its records.
type member struct {
	job       lines.Job
	client    *kgo.Client
	positions lines.Positions
}

func join(job lines.Job) lines.Member {
	m := &member{job: job, positions: lines.Positions{}}
	options := []kgo.Opt{
		kgo.ConsumerGroup(job.Group),
		kgo.ConsumeTopics(job.Topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.FetchMaxWait(pollTime),
		kgo.SessionTimeout(job.Session()),
		kgo.HeartbeatInterval(job.Heartbeat()),
		kgo.RetryBackoffFn(func(int) time.Duration { return pollTime }),
		kgo.OnPartitionsAssigned(m.assigned),
		kgo.OnPartitionsRevoked(m.revoked),
		kgo.OnPartitionsLost(m.lost),
	}
	if job.Instance != "" {
		options = append(options, kgo.InstanceID(job.Instance))
	}
	if job.Protocol == "consumer" {
		options = append(options, kgo.ServerSideBalancer())
	}
	chosen := []kgo.GroupBalancer{}
	for _, name := range job.Assignors {
		chosen = append(chosen, balancers[name])
	}
	options = append(options, kgo.Balancers(chosen...))
	m.client = open(job, options...)
	return m
}

func (m *member) who() lines.Who {
	id, generation := m.client.GroupMetadata()
	return lines.Who{Member: id, Generation: generation}
}

func (m *member) assigned(_ context.Context, client *kgo.Client, partitions map[string][]int32) {
	m.client = client
	lines.TellPlaces("assigned", lines.PlacesOf(partitions), nil, m.who())
}

func (m *member) revoked(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
	places, committed := lines.PlacesOf(partitions), lines.Positions{}
	for _, place := range places {
		if at, ok := m.positions[place]; ok && m.job.CommitsOnRevocation() {
			committed[place] = at
		}
	}
	m.commit(committed)
	m.gone("revoked", places, committed)
}

func (m *member) lost(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
	m.gone("lost", lines.PlacesOf(partitions), nil)
}

func (m *member) gone(event string, places []lines.Place, committed lines.Positions) {
	lines.TellPlaces(event, places, committed, m.who())
	for _, place := range places {
		delete(m.positions, place)
	}
}

func (m *member) Poll() {
	ctx, cancel := context.WithTimeout(context.Background(), pollTime)
	defer cancel()
	seen := []lines.Seen{}
	m.client.PollFetches(ctx).EachRecord(func(r *kgo.Record) {
		seen = append(seen, lines.Seen{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Value: r.Value})
		m.positions[lines.Place{Topic: r.Topic, Partition: r.Partition}] = r.Offset + 1
	})
	lines.TellRecords(seen, m.who())
	m.client.AllowRebalance()
}

func (m *member) Commit() lines.Positions {
	m.commit(m.positions)
	return m.positions
}

func (m *member) commit(positions lines.Positions) {
	if len(positions) == 0 {
		return
	}
	offsets := map[string]map[int32]kgo.EpochOffset{}
	for place, at := range positions {
		if offsets[place.Topic] == nil {
			offsets[place.Topic] = map[int32]kgo.EpochOffset{}
		}
		offsets[place.Topic][place.Partition] = kgo.EpochOffset{Epoch: -1, Offset: at}
	}
	ctx, cancel := context.WithTimeout(context.Background(), m.job.Patience())
	defer cancel()
	m.client.CommitOffsetsSync(ctx, offsets, answered)
}

// answered ends the program if a commit failed, as a whole or for one partition.
func answered(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, answer *kmsg.OffsetCommitResponse, err error) {
	lines.Must(err)
	for _, topic := range answer.Topics {
		for _, partition := range topic.Partitions {
			lines.Must(kerr.ErrorForCode(partition.ErrorCode))
		}
	}
}

func (m *member) Leave() { m.client.CloseAllowingRebalance() }
