// franz-go, driven by lines.
package main

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kversion"

	"logion/clients/lines"
)

var codecs = map[string]kgo.CompressionCodec{
	"none":   kgo.NoCompression(),
	"gzip":   kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(),
	"lz4":    kgo.Lz4Compression(),
	"zstd":   kgo.ZstdCompression(),
}

var acks = map[int]kgo.Acks{0: kgo.NoAck(), 1: kgo.LeaderAck(), -1: kgo.AllISRAcks()}

// open makes a client; brokers before 0.10 cannot say which versions they speak.
func open(job lines.Job, options ...kgo.Opt) *kgo.Client {
	options = append(options, kgo.SeedBrokers(job.Bootstrap), kgo.MetadataMinAge(100*time.Millisecond))
	if job.IsBefore(0, 9) {
		options = append(options, kgo.MaxVersions(kversion.V0_8_2()))
	} else if job.IsBefore(0, 10) {
		options = append(options, kgo.MaxVersions(kversion.V0_9_0()))
	}
	client, err := kgo.NewClient(options...)
	lines.Must(err)
	return client
}

func produce(job lines.Job) []int64 {
	options := []kgo.Opt{
		kgo.AllowAutoTopicCreation(),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchCompression(codecs[job.Codec]),
		kgo.RequiredAcks(acks[job.Acks]),
	}
	if !job.Idempotent {
		options = append(options, kgo.DisableIdempotentWrite())
	}
	client := open(job, options...)
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), job.Patience())
	defer cancel()
	sent := client.ProduceSync(ctx, recordsOf(job)...)
	lines.Must(sent.FirstErr())
	offsets := make([]int64, len(sent))
	for i, result := range sent {
		offsets[i] = offsetOf(job, result.Record)
	}
	return offsets
}

// offsetOf is -1 without acknowledgement: the library then counts from zero itself.
func offsetOf(job lines.Job, record *kgo.Record) int64 {
	if job.Acks == 0 {
		return -1
	}
	return record.Offset
}

func recordsOf(job lines.Job) []*kgo.Record {
	records := make([]*kgo.Record, len(job.Records))
	for i, record := range job.Records {
		records[i] = &kgo.Record{
			Topic:     job.Topic,
			Partition: job.Partition,
			Key:       record.Key,
			Value:     record.Value,
			Timestamp: time.UnixMilli(record.Timestamp),
		}
		for _, header := range record.Headers {
			records[i].Headers = append(records[i].Headers, kgo.RecordHeader{Key: header.Name, Value: header.Value})
		}
	}
	return records
}

func consume(job lines.Job) []lines.Record {
	from := map[string]map[int32]kgo.Offset{job.Topic: {job.Partition: kgo.NewOffset().At(job.Offset)}}
	options := []kgo.Opt{kgo.ConsumePartitions(from), kgo.FetchMaxWait(200 * time.Millisecond)}
	if job.Isolation == "read_committed" {
		options = append(options, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	}
	client := open(job, options...)
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), job.Patience())
	defer cancel()
	records := []lines.Record{}
	for len(records) < job.Count && ctx.Err() == nil {
		client.PollRecords(ctx, job.Count-len(records)).EachRecord(func(r *kgo.Record) {
			records = append(records, asRecord(r))
		})
	}
	return records
}

func asRecord(r *kgo.Record) lines.Record {
	record := lines.Record{
		Offset: r.Offset, Timestamp: r.Timestamp.UnixMilli(), Key: r.Key, Value: r.Value, Headers: []lines.Header{},
	}
	if r.Attrs.TimestampType() < 0 {
		record.Timestamp = -1
	}
	for _, header := range r.Headers {
		record.Headers = append(record.Headers, lines.Header{Name: header.Key, Value: header.Value})
	}
	return record
}

func main() {
	lines.Serve(produce, consume, join, lines.Transactions{Transact: transact, Relay: relay})
}
