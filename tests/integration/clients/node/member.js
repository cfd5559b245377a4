// A member of a group with kafkajs's public consumer.
'use strict'

const { Kafka, logLevel } = require('kafkajs')

function tell(event, told) {
  process.stdout.write(`${JSON.stringify({ event, at: Date.now() / 1000, ...told })}\n`)
}

const who = (member) => ({ member: member.id, generation: null })

// The library says that it joins again, and what it got, but no generation.
class Member {
  constructor(job) {
    this.job = job
    this.id = null
    this.own = []
    this.positions = new Map()
    this.leaving = false
    this.busy = Promise.resolve()
    const kafka = new Kafka({
      brokers: [job.bootstrap],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 50, maxRetryTime: 200, retries: 100 },
    })
    this.consumer = kafka.consumer({
      groupId: job.group,
      sessionTimeout: job.session_ms,
      heartbeatInterval: job.heartbeat_ms,
      maxWaitTimeInMs: 100,
    })
  }

  async start() {
    const { GROUP_JOIN, REBALANCING, CRASH } = this.consumer.events
    this.consumer.on(GROUP_JOIN, ({ payload }) => this.assigned(payload))
    this.consumer.on(REBALANCING, () => this.gone('revoked'))
    this.consumer.on(CRASH, () => this.gone('lost'))
    await this.consumer.connect()
    await this.consumer.subscribe({ topics: this.job.topics, fromBeginning: true })
    await this.consumer.run({ autoCommit: false, eachBatch: (each) => this.take(each.batch) })
  }

  assigned({ memberId, memberAssignment }) {
    this.gone('lost')
    this.id = memberId
    this.own = Object.entries(memberAssignment).flatMap(([topic, numbers]) => numbers.map((it) => [topic, it]))
    tell('assigned', { partitions: this.own, committed: [], ...who(this) })
  }

  gone(event) {
    if (this.own.length > 0) tell(event, { partitions: this.own, committed: [], ...who(this) })
    this.own = []
    this.positions.clear()
  }

  take(batch) {
    this.busy = this.leaving ? Promise.resolve() : this.takeAll(batch)
    return this.busy
  }

  async takeAll({ topic, partition, messages }) {
    const records = messages.map((each) => ({
      topic,
      partition,
      offset: Number(each.offset),
      value: each.value?.toString('base64') ?? null,
    }))
    tell('records', { records, ...who(this) })
    this.positions.set(`${topic} ${partition}`, [topic, partition, records.at(-1).offset + 1])
    if (this.job.commits === 'revoked') await this.commit()
  }

  // It is not told of a revocation in time to commit: it commits after each batch.
  async commit() {
    const committed = [...this.positions.values()]
    const offsets = committed.map(([topic, partition, offset]) => ({ topic, partition, offset: String(offset) }))
    if (offsets.length > 0) await this.consumer.commitOffsets(offsets)
    tell('committed', { committed })
  }

  async leave() {
    this.leaving = true
    await this.busy
    this.gone('revoked')
    await this.consumer.disconnect()
    tell('left', {})
  }
}

async function join(job, nextJob) {
  const member = new Member(job)
  await member.start()
  while ((await nextJob()).do !== 'leave') await member.commit()
  await member.leave()
}

module.exports = { join }
