// kafkajs, driven by lines.
//
// Its public consumer always joins a group. To read by assignment, and from brokers that
// have no groups, the fetch below stands on the classes that consumer is made of.
'use strict'

const readline = require('node:readline')
const zstd = require('@bokuweb/zstd-wasm')
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = require('kafkajs')
const Lz4 = require('kafkajs-lz4')
const snappy = require('kafkajs-snappy')
const Batch = require('kafkajs/src/consumer/batch')
const Cluster = require('kafkajs/src/cluster')
const { createLogger } = require('kafkajs/src/loggers')
const createConsoleLogger = require('kafkajs/src/loggers/console')
const createSocketFactory = require('kafkajs/src/network/socketFactory')

const FETCH_BYTES = 10 * 1024 * 1024

CompressionCodecs[CompressionTypes.Snappy] = snappy
CompressionCodecs[CompressionTypes.LZ4] = new Lz4().codec
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => Buffer.from(zstd.compress(encoder.buffer, 3)),
  decompress: async (buffer) => Buffer.from(zstd.decompress(buffer)),
})

const CODECS = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
}

const encoded = (bytes) => (bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString('base64'))
const decoded = (text) => (text === null ? null : Buffer.from(text, 'base64'))

// Headers of one name are a list in kafkajs, and the order between names is the object's.
function headersOf(record) {
  const headers = {}
  for (const [name, value] of record.headers) {
    headers[name] = [...(headers[name] ?? []), decoded(value)]
  }
  return headers
}

const pairsOf = (headers) =>
  Object.entries(headers ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, encoded(value)]),
  )

async function produce(job) {
  const kafka = new Kafka({ brokers: [job.bootstrap], logLevel: logLevel.ERROR })
  const producer = kafka.producer({
    idempotent: job.idempotent,
    maxInFlightRequests: job.idempotent ? 1 : null,
    allowAutoTopicCreation: true,
    createPartitioner: () => () => job.partition,
  })
  await producer.connect()
  const messages = job.records.map((record) => ({
    key: decoded(record.key),
    value: decoded(record.value),
    timestamp: String(record.timestamp),
    headers: headersOf(record),
  }))
  const compression = CODECS[job.codec]
  const [sent] = await producer.send({ topic: job.topic, acks: job.acks, compression, messages })
  await producer.disconnect()
  const base = Number(sent?.baseOffset ?? -1)
  return { offsets: messages.map((_, index) => (base < 0 ? -1 : base + index)) }
}

async function consume(job) {
  const cluster = new Cluster({
    brokers: [job.bootstrap],
    clientId: 'kafkajs',
    connectionTimeout: 5000,
    metadataMaxAge: 300000,
    allowAutoTopicCreation: false,
    isolationLevel: 0,
    socketFactory: createSocketFactory(),
    logger: createLogger({ level: logLevel.ERROR, logCreator: createConsoleLogger }),
  })
  await cluster.connect()
  await cluster.addTargetTopic(job.topic)
  const leaders = cluster.findLeaderForPartitions(job.topic, [job.partition])
  const broker = await cluster.findBroker({ nodeId: Object.keys(leaders)[0] })
  const records = await fetchUntil(job, broker)
  await cluster.disconnect()
  return { records }
}

async function fetchUntil(job, broker) {
  const limit = Date.now() + job.seconds * 1000
  const records = []
  let offset = job.offset
  while (records.length < job.count && Date.now() < limit) {
    const batch = await fetchOnce(job, broker, offset)
    records.push(...batch.messages.map(asRecord))
    offset = Number(batch.lastOffset()) + 1
  }
  return records.slice(0, job.count)
}

async function fetchOnce(job, broker, offset) {
  const partition = { partition: job.partition, fetchOffset: String(offset), maxBytes: FETCH_BYTES }
  const answer = await broker.fetch({
    maxWaitTime: 200,
    minBytes: 1,
    maxBytes: FETCH_BYTES,
    isolationLevel: 0,
    topics: [{ topic: job.topic, partitions: [partition] }],
  })
  return new Batch(job.topic, String(offset), answer.responses[0].partitions[0])
}

const asRecord = (message) => ({
  offset: Number(message.offset),
  timestamp: Number(message.timestamp ?? -1),
  key: encoded(message.key),
  value: encoded(message.value),
  headers: pairsOf(message.headers),
})

async function main() {
  await zstd.init()
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const job = JSON.parse(line)
    const answer = await (job.do === 'produce' ? produce(job) : consume(job))
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  }
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
