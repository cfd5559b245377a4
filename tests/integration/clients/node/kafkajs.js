// kafkajs, driven by lines.
'use strict'

const readline = require('node:readline')
const zstd = require('@bokuweb/zstd-wasm')
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = require('kafkajs')
const Lz4 = require('kafkajs-lz4')
const snappy = require('kafkajs-snappy')
const { join } = require('./member')

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

// Its public consumer always joins a group: one of its own, that commits nothing.
async function consume(job) {
  const kafka = new Kafka({ brokers: [job.bootstrap], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `reads-${job.topic}-${Date.now()}`, maxWaitTimeInMs: 200 })
  await consumer.connect()
  await consumer.subscribe({ topics: [job.topic], fromBeginning: true })
  const records = []
  await new Promise((resolve, reject) => {
    setTimeout(resolve, job.seconds * 1000).unref()
    const eachBatch = async ({ batch }) => {
      const wanted = batch.partition === job.partition
      records.push(...(wanted ? batch.messages.map(asRecord) : []).filter((each) => each.offset >= job.offset))
      if (records.length >= job.count) resolve()
    }
    consumer.run({ autoCommit: false, eachBatch }).catch(reject)
  })
  await consumer.disconnect()
  return { records: records.slice(0, job.count) }
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
  const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const nextJob = async () => {
    const { value, done } = await lines.next()
    if (done) process.exit(0)
    return JSON.parse(value)
  }
  for (;;) {
    const job = await nextJob()
    if (job.do === 'join') {
      await join(job, nextJob)
    } else {
      const answer = await (job.do === 'produce' ? produce(job) : consume(job))
      process.stdout.write(`${JSON.stringify(answer)}\n`)
    }
  }
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
