// Holds a decoder of Heartbeat, written here from the protocol's description, to the
// exported vectors: node heartbeat.js FOLDER/messages/Heartbeat.jsonl

const fs = require("node:fs");

class Reader {
  constructor(data) { this.data = data; this.at = 0; }
  take(size) {
    if (size < 0 || this.at + size > this.data.length) throw new Error("cut");
    this.at += size;
    return this.data.subarray(this.at - size, this.at);
  }
  int16() { return this.take(2).readInt16BE(); }
  int32() { return this.take(4).readInt32BE(); }
  varint() {
    for (let value = 0, shift = 1; ; shift *= 128) {
      const byte = this.take(1)[0];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }
  text(isFlexible, isNullable) {
    const size = isFlexible ? this.varint() - 1 : this.int16();
    if (size >= 0) return this.take(size).toString("utf8");
    if (!isNullable) throw new Error("null");
    return null;
  }
  tags(isFlexible) {
    const found = [];
    if (!isFlexible) return found;
    for (let count = this.varint(); count > 0; count--) {
      const number = this.varint();
      found.push([number, this.take(this.varint()).toString("hex")]);
    }
    return found;
  }
}

function request(reader, version) {
  const isFlexible = version >= 4;
  const found = {
    groupId: reader.text(isFlexible, false),
    generationId: reader.int32(),
    memberId: reader.text(isFlexible, false),
  };
  if (version >= 3) found.groupInstanceId = reader.text(isFlexible, true);
  return [found, reader.tags(isFlexible)];
}

function response(reader, version) {
  const found = version >= 1 ? { throttleTimeMs: reader.int32() } : {};
  found.errorCode = reader.int16();
  return [found, reader.tags(version >= 4)];
}

function agrees(vector) {
  const reader = new Reader(Buffer.from(vector.hex, "hex"));
  const read = vector.name === "HeartbeatRequest" ? request : response;
  let found;
  try {
    found = read(reader, vector.version);
  } catch (refusal) {
    return vector.refused === true;
  }
  const expected = [vector.json, vector.unknownTags || []];
  const isWhole = reader.at === reader.data.length;
  return !vector.refused && isWhole && JSON.stringify(found) === JSON.stringify(expected);
}

const lines = fs.readFileSync(process.argv[2], "utf8").trim().split("\n");
const failed = lines.filter((line) => !agrees(JSON.parse(line)));
failed.forEach((line) => console.log(`differs: ${line}`));
console.log(`${lines.length - failed.length} of ${lines.length} agree`);
process.exit(failed.length === 0 ? 0 : 1);
