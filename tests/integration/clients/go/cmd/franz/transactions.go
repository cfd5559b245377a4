package main

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"logion/clients/lines"
)

// transactional makes a client that fences all others of its transactional id.
func transactional(job lines.Job) *kgo.Client {
	client := open(
		job,
		kgo.TransactionalID(job.ID),
		kgo.AllowAutoTopicCreation(),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	)
	_, _, err := client.ProducerID(context.Background())
	lines.Must(err)
	return client
}

// transact ends one transaction after the other; a rival fences the producer in the end.
func transact(job lines.Job) any {
	ctx, cancel := context.WithTimeout(context.Background(), job.Patience())
	defer cancel()
	client := transactional(job)
	defer client.Close()
	for _, step := range job.Steps {
		send(ctx, client, job, step.Records)
		lines.Must(client.EndTransaction(ctx, kgo.TransactionEndTry(step.Commit)))
	}
	send(ctx, client, job, job.Rivalled)
	rival := transactional(job)
	defer rival.Close()
	if err := client.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return err.Error()
	}
	return nil
}

func send(ctx context.Context, client *kgo.Client, job lines.Job, records []lines.Record) {
	lines.Must(client.BeginTransaction())
	for _, record := range records {
		sent := &kgo.Record{Topic: job.Topic, Partition: job.Partition, Value: record.Value}
		lines.Must(client.ProduceSync(ctx, sent).FirstErr())
	}
}

// relay copies records in transactions that also commit how far they were read.
func relay(job lines.Job) int {
	ctx, cancel := context.WithTimeout(context.Background(), job.Patience())
	defer cancel()
	options := []kgo.Opt{
		kgo.SeedBrokers(job.Bootstrap),
		kgo.MetadataMinAge(100 * time.Millisecond),
		kgo.TransactionalID(job.ID),
		kgo.AllowAutoTopicCreation(),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ConsumerGroup(job.Group),
		kgo.ConsumeTopics(job.Topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMaxWait(pollTime),
		kgo.SessionTimeout(job.Session()),
		kgo.HeartbeatInterval(job.Heartbeat()),
	}
	if job.Instance != "" {
		options = append(options, kgo.InstanceID(job.Instance))
	}
	session, err := kgo.NewGroupTransactSession(options...)
	lines.Must(err)
	defer session.Close()
	relayed := 0
	for relayed < job.Count && ctx.Err() == nil {
		fetched := session.PollFetches(ctx)
		if fetched.NumRecords() == 0 {
			continue
		}
		lines.Must(session.Begin())
		fetched.EachRecord(func(r *kgo.Record) {
			sent := &kgo.Record{Topic: job.To, Partition: r.Partition, Value: r.Value}
			session.Produce(ctx, sent, func(_ *kgo.Record, err error) { lines.Must(err) })
		})
		committed, err := session.End(ctx, kgo.TryCommit)
		lines.Must(err)
		if committed {
			relayed += fetched.NumRecords()
		}
	}
	return relayed
}
