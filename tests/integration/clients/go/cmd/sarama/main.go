// sarama, driven by lines.
package main

import (
	"time"

	"github.com/IBM/sarama"

	"logion/clients/lines"
)

var codecs = map[string]sarama.CompressionCodec{
	"none":   sarama.CompressionNone,
	"gzip":   sarama.CompressionGZIP,
	"snappy": sarama.CompressionSnappy,
	"lz4":    sarama.CompressionLZ4,
	"zstd":   sarama.CompressionZSTD,
}

// configure makes a configuration: sarama must be told how old the broker is, and that
// one before 0.10 closes the connection when it is asked for its versions.
func configure(job lines.Job) *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	if job.IsBefore(0, 10) {
		config.Version = sarama.V0_8_2_2
		config.ApiVersionsRequest = false
	} else if job.IsBefore(0, 11) {
		config.Version = sarama.V0_10_0_1
	} else if job.IsBefore(3) {
		config.Version = sarama.V2_8_1_0
	}
	config.Consumer.MaxWaitTime = 200 * time.Millisecond
	config.Producer.Return.Successes = true
	return config
}

func produce(job lines.Job) []int64 {
	config := configure(job)
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Producer.Compression = codecs[job.Codec]
	config.Producer.RequiredAcks = sarama.RequiredAcks(job.Acks)
	config.Producer.Idempotent = job.Idempotent
	config.Net.MaxOpenRequests = 1
	producer, err := sarama.NewSyncProducer([]string{job.Bootstrap}, config)
	lines.Must(err)
	messages := messagesOf(job)
	lines.Must(producer.SendMessages(messages))
	lines.Must(producer.Close())
	offsets := make([]int64, len(messages))
	for i, message := range messages {
		offsets[i] = message.Offset
		if job.Acks == 0 {
			offsets[i] = -1
		}
	}
	return offsets
}

func messagesOf(job lines.Job) []*sarama.ProducerMessage {
	messages := make([]*sarama.ProducerMessage, len(job.Records))
	for i, record := range job.Records {
		messages[i] = &sarama.ProducerMessage{
			Topic: job.Topic, Partition: job.Partition, Timestamp: time.UnixMilli(record.Timestamp),
		}
		if record.Key != nil {
			messages[i].Key = sarama.ByteEncoder(record.Key)
		}
		if record.Value != nil {
			messages[i].Value = sarama.ByteEncoder(record.Value)
		}
		for _, header := range record.Headers {
			pair := sarama.RecordHeader{Key: []byte(header.Name), Value: header.Value}
			messages[i].Headers = append(messages[i].Headers, pair)
		}
	}
	return messages
}

func consume(job lines.Job) []lines.Record {
	consumer, err := sarama.NewConsumer([]string{job.Bootstrap}, configure(job))
	lines.Must(err)
	partition, err := consumer.ConsumePartition(job.Topic, job.Partition, job.Offset)
	lines.Must(err)
	limit := time.After(job.Patience())
	records := []lines.Record{}
	for late := false; len(records) < job.Count && !late; {
		select {
		case message := <-partition.Messages():
			records = append(records, asRecord(message))
		case <-limit:
			late = true
		}
	}
	lines.Must(partition.Close())
	lines.Must(consumer.Close())
	return records
}

func asRecord(message *sarama.ConsumerMessage) lines.Record {
	record := lines.Record{
		Offset: message.Offset, Timestamp: -1, Key: message.Key, Value: message.Value, Headers: []lines.Header{},
	}
	if !message.Timestamp.IsZero() {
		record.Timestamp = message.Timestamp.UnixMilli()
	}
	for _, header := range message.Headers {
		record.Headers = append(record.Headers, lines.Header{Name: string(header.Key), Value: header.Value})
	}
	return record
}

func main() { lines.Serve(produce, consume, join, lines.Transactions{}) }
